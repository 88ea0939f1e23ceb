//! What is known of an indicator: its names, inputs, parameters, outputs and how to build it.

use crate::core::indicator::blend;
use crate::core::indicator::error::IndicatorError;
use crate::core::indicator::input::{BarInput, Columns, Inputs};
use crate::core::indicator::running::{Indicator, Kernel, Output, Running};

/// The longest period, TA-Lib's.
const LONGEST: f64 = 100_000.0;
/// The most outputs of one indicator.
pub const MAX_OUTPUTS: usize = 5;
/// The most parameters of one indicator.
pub const MAX_PARAMS: usize = 8;

/// One indicator of the table [`crate::core::indicator::ALL`].
#[derive(Debug)]
pub struct Spec {
    /// The name in scripts: TA-Lib's in lower case.
    pub name: &'static str,
    /// Other names for the same.
    pub aliases: &'static [&'static str],
    /// What it reads.
    pub inputs: Inputs,
    /// Its parameters, in the order of a call; all are optional from the end.
    pub params: &'static [Param],
    /// The names of its outputs, in order; a single output is called `value`.
    pub outputs: &'static [&'static str],
    /// One line for people.
    pub doc: &'static str,
    /// How far back a value looks.
    pub memory: Memory,
    pub(super) lookback: fn(&Params) -> usize,
    pub(super) build: fn(&Params) -> Box<dyn Indicator>,
    pub(super) quick: Option<Quick>,
}

/// A way to the latest value of a single series that allocates nothing; exactly the values of the
/// stateful form.
pub(super) type Quick = fn(&[f64], &Params) -> Option<[f64; MAX_OUTPUTS]>;

/// How far back the value of an indicator looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Memory {
    /// It depends on the last `lookback + 1` bars only.
    Window,
    /// It depends on all bars since the first.
    Endless,
    /// As [`Memory::Window`] where all its moving averages are of a window, else as
    /// [`Memory::Endless`].
    ByAverage,
}

/// A parameter of an indicator.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Param {
    /// Its name in messages and in keyword calls.
    pub name: &'static str,
    /// Its value when it is not given.
    pub default: f64,
    /// Its least value.
    pub min: f64,
    /// Its greatest value.
    pub max: f64,
    /// Whether fractions are allowed.
    pub kind: Kind,
}

/// Which numbers a parameter may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Whole numbers.
    Whole,
    /// Any number.
    Real,
    /// TA-Lib's number of a moving average: 0 simple, 1 exponential, 2 weighted, 3 double and 4 triple
    /// exponential, 5 triangular, 6 Kaufman's, 7 MAMA, 8 T3, 9 Hull's, 12 without lag, 13 Wilder's.
    Average,
}

impl Param {
    /// A number of bars.
    pub(super) const fn period(name: &'static str, default: f64, min: f64) -> Self {
        Self {
            name,
            default,
            min,
            max: LONGEST,
            kind: Kind::Whole,
        }
    }

    /// A factor.
    pub(super) const fn factor(name: &'static str, default: f64) -> Self {
        Self {
            name,
            default,
            min: -1e9,
            max: 1e9,
            kind: Kind::Real,
        }
    }

    /// A number within limits.
    pub(super) const fn real(name: &'static str, default: f64, min: f64, max: f64) -> Self {
        Self {
            name,
            default,
            min,
            max,
            kind: Kind::Real,
        }
    }

    /// The kind of a moving average, by TA-Lib's number.
    pub(super) const fn average(name: &'static str, default: f64) -> Self {
        Self {
            name,
            default,
            min: 0.0,
            max: 13.0,
            kind: Kind::Average,
        }
    }

    fn accepts(&self, value: f64) -> bool {
        let fits = match self.kind {
            Kind::Whole => value.fract() == 0.0,
            Kind::Real => true,
            Kind::Average => blend::is_offered(value),
        };
        fits && (self.min..=self.max).contains(&value)
    }

    fn rule(&self) -> String {
        let Self { min, max, .. } = self;
        match self.kind {
            Kind::Whole => format!("a whole number from {min} to {max}"),
            Kind::Real => format!("a number from {min} to {max}"),
            Kind::Average => format!("the number of a moving average: {}", blend::OFFERED),
        }
    }
}

/// Parameters that passed the rules, with defaults filled in.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Params([f64; MAX_PARAMS]);

impl Params {
    /// Returns a whole parameter.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be whole, from 0 to 100,000"
    )]
    pub(super) fn whole(&self, place: usize) -> usize {
        self.0[place] as usize
    }

    /// Returns a parameter.
    pub(super) fn real(&self, place: usize) -> f64 {
        self.0[place]
    }
}

/// The column of a single output.
const VALUE: &[&str] = &["value"];

impl Spec {
    /// An indicator of one output over a window.
    pub(super) const fn window(
        name: &'static str,
        inputs: Inputs,
        params: &'static [Param],
        doc: &'static str,
        lookback: fn(&Params) -> usize,
        build: fn(&Params) -> Box<dyn Indicator>,
    ) -> Self {
        Self {
            name,
            aliases: &[],
            inputs,
            params,
            outputs: VALUE,
            doc,
            memory: Memory::Window,
            lookback,
            build,
            quick: None,
        }
    }

    /// An indicator of one output that remembers all bars.
    pub(super) const fn endless(
        name: &'static str,
        inputs: Inputs,
        params: &'static [Param],
        doc: &'static str,
        lookback: fn(&Params) -> usize,
        build: fn(&Params) -> Box<dyn Indicator>,
    ) -> Self {
        Self {
            memory: Memory::Endless,
            ..Self::window(name, inputs, params, doc, lookback, build)
        }
    }

    /// An indicator of one output of which the kind of average decides how much it remembers.
    pub(super) const fn averaged(
        name: &'static str,
        inputs: Inputs,
        params: &'static [Param],
        doc: &'static str,
        lookback: fn(&Params) -> usize,
        build: fn(&Params) -> Box<dyn Indicator>,
    ) -> Self {
        Self {
            memory: Memory::ByAverage,
            ..Self::window(name, inputs, params, doc, lookback, build)
        }
    }

    /// The same with several outputs.
    pub(super) const fn of(self, outputs: &'static [&'static str]) -> Self {
        Self { outputs, ..self }
    }

    /// Builds the stateful form; parameters that are left out at the end take their defaults.
    ///
    /// # Errors
    /// When there are too many parameters or one breaks its rule.
    pub fn build(&self, params: &[f64]) -> Result<Box<dyn Indicator>, IndicatorError> {
        Ok((self.build)(&self.checked(params)?))
    }

    /// Returns the number of bars before the first value: the first value comes with bar
    /// `lookback + 1`.
    ///
    /// # Errors
    /// As [`Spec::build`].
    pub fn lookback(&self, params: &[f64]) -> Result<usize, IndicatorError> {
        Ok((self.lookback)(&self.checked(params)?))
    }

    /// Returns one column an output, each as long as the input, oldest first, NaN during the warm-up:
    /// the stateful form run over the columns. Where a bar is passed over, the value before it stands.
    ///
    /// # Errors
    /// As [`Spec::build`], and when columns differ in length.
    pub fn series(
        &self,
        columns: &Columns<'_>,
        params: &[f64],
    ) -> Result<Vec<Vec<f64>>, IndicatorError> {
        let len = columns.len(self.name, self.inputs)?;
        let mut indicator = self.build(params)?;
        let mut series = vec![Vec::with_capacity(len); self.outputs.len()];
        for index in 0..len {
            indicator.update(&columns.bar(index));
            for (output, column) in series.iter_mut().enumerate() {
                column.push(indicator.value(output));
            }
        }
        Ok(series)
    }

    /// Returns the last value of [`Spec::series`] for each output, NaN beyond the outputs; nothing when
    /// the columns are too short. Costs O(bars), for indicators of a window O(lookback); simple
    /// averages, extremes, changes and smoothed ones of a single series allocate nothing.
    ///
    /// # Errors
    /// As [`Spec::series`].
    pub fn latest(
        &self,
        columns: &Columns<'_>,
        params: &[f64],
    ) -> Result<Option<[f64; MAX_OUTPUTS]>, IndicatorError> {
        let len = columns.len(self.name, self.inputs)?;
        let params = self.checked(params)?;
        if let Some(quick) = self.quick {
            return Ok(quick(columns.close, &params));
        }
        let lookback = (self.lookback)(&params);
        if len <= lookback {
            return Ok(None);
        }
        let start = if self.is_window(&params) {
            self.window_start(columns, len, lookback + 1)
        } else {
            0
        };
        let mut indicator = (self.build)(&params);
        for index in start..len {
            indicator.update(&columns.bar(index));
        }
        Ok(indicator.ready().then(|| {
            let mut outputs = [f64::NAN; MAX_OUTPUTS];
            for (place, output) in outputs.iter_mut().enumerate() {
                *output = indicator.value(place);
            }
            outputs
        }))
    }

    fn is_window(&self, params: &Params) -> bool {
        match self.memory {
            Memory::Window => true,
            Memory::Endless => false,
            Memory::ByAverage => self.params.iter().enumerate().all(|(place, param)| {
                param.kind != Kind::Average || blend::is_of_a_window(params.real(place))
            }),
        }
    }

    /// Returns the place from which on there are `count` usable bars, 0 if there are fewer.
    fn window_start(&self, columns: &Columns<'_>, len: usize, count: usize) -> usize {
        (0..len)
            .rev()
            .filter(|&index| self.inputs.are_usable(&columns.bar(index)))
            .nth(count - 1)
            .unwrap_or(0)
    }

    fn checked(&self, given: &[f64]) -> Result<Params, IndicatorError> {
        if given.len() > self.params.len() {
            return Err(IndicatorError::TooManyParams {
                indicator: self.name,
                most: self.params.len(),
                count: given.len(),
            });
        }
        let mut values = [0.0; MAX_PARAMS];
        for (place, param) in self.params.iter().enumerate() {
            let value = given.get(place).copied().unwrap_or(param.default);
            if !param.accepts(value) {
                return Err(IndicatorError::Param {
                    indicator: self.name,
                    param: param.name,
                    rule: param.rule(),
                    value,
                });
            }
            values[place] = value;
        }
        Ok(Params(values))
    }
}

/// Boxes a kernel, for [`Spec::build`].
pub(super) fn running<K: Kernel>(kernel: K) -> Box<dyn Indicator> {
    Box::new(Running::new(kernel))
}

/// Runs a kernel over a single series on the stack, for [`Spec::quick`].
pub(super) fn run_over<K: Kernel>(kernel: K, values: &[f64]) -> Option<[f64; MAX_OUTPUTS]> {
    let mut running = Running::new(kernel);
    for &value in values {
        running.update(&BarInput::from_value(value));
    }
    running.latest().map(|output| padded(output.values()))
}

/// Fills the outputs that an indicator does not have with NaN.
pub(super) fn padded(values: &[f64]) -> [f64; MAX_OUTPUTS] {
    let mut outputs = [f64::NAN; MAX_OUTPUTS];
    outputs[..values.len()].copy_from_slice(values);
    outputs
}
