//! Registers functions both with Rhai and in a table of our own.
//!
//! Rhai finds a function by hashing its name and the types of its arguments and walking its modules;
//! the compiled form of a script ([`crate::script::fast`]) looks it up here once and calls it directly.
//!
//! What needs no engine of its own is registered once a thread and shared ([`Registry::share`]).
//!
//! Invariants: both see the same functions, but for the few that need Rhai's call context: those stay
//! with Rhai.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the interpreter's own enums are long and open"
)]

use std::any::TypeId;
use std::collections::BTreeMap;
use std::rc::Rc;

use rhai::{
    Dynamic, Engine, EvalAltResult, FuncRegistration, Module, NativeCallContext, RhaiFunc,
    RhaiNativeFunc, Variant,
};

/// A function of the host, as Rhai wraps it.
pub(super) type NativeFn = Rc<
    dyn Fn(Option<NativeCallContext>, &mut [&mut Dynamic]) -> Result<Dynamic, Box<EvalAltResult>>,
>;

/// Makes an iterator of a value.
pub(super) type IterFn = fn(Dynamic) -> Box<dyn Iterator<Item = Dynamic>>;

/// One form of a function.
#[derive(Clone)]
pub(super) struct Native {
    /// The types of its parameters; that of [`Dynamic`] takes anything.
    pub(super) types: Vec<TypeId>,
    /// The type of its result; that of [`Dynamic`] may be anything.
    pub(super) gives: TypeId,
    /// Whether the first argument is changed in place, else it is taken.
    pub(super) by_ref: bool,
    pub(super) func: NativeFn,
}

/// The forms of a function of one name and number of parameters; shared with call sites.
pub(super) type Forms = Rc<Vec<Native>>;

/// Functions by name and number of parameters.
#[derive(Default)]
pub(super) struct Natives {
    forms: BTreeMap<(String, usize), Forms>,
    iterators: Vec<(TypeId, IterFn)>,
    /// What scripts call the types of the host.
    kinds: BTreeMap<TypeId, &'static str>,
    /// What engines of this thread share.
    shared: Option<Rc<Natives>>,
}

impl Natives {
    /// Returns the forms of a function; none where there are none.
    pub(super) fn find(&self, name: &str, parameters: usize) -> Forms {
        let own = self.forms.get(&(name.to_owned(), parameters)).cloned();
        let Some(shared) = &self.shared else {
            return own.unwrap_or_default();
        };
        let shared = shared.find(name, parameters);
        match own {
            None => shared,
            Some(own) if shared.is_empty() => own,
            Some(own) => Rc::new(in_order(own.iter().chain(&*shared).cloned().collect())),
        }
    }

    /// Returns how values of a type are iterated, where the host knows.
    pub(super) fn iterator(&self, of: TypeId) -> Option<IterFn> {
        self.iterators
            .iter()
            .find(|(id, _)| *id == of)
            .map(|(_, make)| *make)
    }

    /// Returns what scripts call a type of the host; `None` for types of the language.
    pub(super) fn kind(&self, of: TypeId) -> Option<&'static str> {
        self.kinds.get(&of).copied()
    }

    fn add(&mut self, name: &str, native: Native) {
        let forms = self
            .forms
            .entry((name.to_owned(), native.types.len()))
            .or_default();
        let forms = Rc::make_mut(forms);
        // A later registration replaces an earlier one of the same types, as in Rhai.
        forms.retain(|other| other.types != native.types);
        forms.push(native);
        *forms = in_order(std::mem::take(forms));
    }
}

/// Forms that take anything come last.
fn in_order(mut forms: Vec<Native>) -> Vec<Native> {
    forms.sort_by_key(|form| {
        form.types
            .iter()
            .filter(|id| **id == TypeId::of::<Dynamic>())
            .count()
    });
    forms
}

/// Where functions are registered.
#[derive(Default)]
pub(super) struct Registry {
    module: Module,
    natives: Natives,
    shared: Option<Rc<Module>>,
}

/// Functions that know of no engine, which all engines of a thread share.
#[derive(Clone)]
pub(super) struct Shared {
    module: Rc<Module>,
    natives: Rc<Natives>,
}

impl Registry {
    /// Closes the registry to be shared by many.
    pub(super) fn into_shared(self) -> Shared {
        Shared {
            module: self.module.into(),
            natives: Rc::new(self.natives),
        }
    }

    /// Adds what is shared, once.
    pub(super) fn share(&mut self, shared: Shared) {
        self.shared = Some(shared.module);
        self.natives.shared = Some(shared.natives);
    }

    /// Registers a function.
    pub(super) fn register_fn<A: 'static, const N: usize, const X: bool, R, const F: bool, FUNC>(
        &mut self,
        name: impl AsRef<str>,
        func: FUNC,
    ) where
        R: Variant + Clone,
        FUNC: RhaiNativeFunc<A, N, X, R, F> + 'static,
    {
        let types = FUNC::param_types();
        let func = func.into_rhai_function(true, false);
        let wrapped = match &func {
            RhaiFunc::Pure {
                func,
                has_context: false,
                ..
            } => Some((false, Rc::clone(func) as NativeFn)),
            RhaiFunc::Method {
                func,
                has_context: false,
                ..
            } => Some((true, Rc::clone(func) as NativeFn)),
            _ => None,
        };
        if let Some((by_ref, func)) = wrapped {
            let types = types.map(of_values).to_vec();
            self.natives.add(
                name.as_ref(),
                Native {
                    types,
                    gives: TypeId::of::<R>(),
                    by_ref,
                    func,
                },
            );
        }
        FuncRegistration::new(name.as_ref()).set_into_module_raw(&mut self.module, types, func);
    }

    /// Registers a function that takes anything, but for the type of its first argument, in several
    /// numbers of arguments at once: one function behind all of them. The first argument is passed by
    /// reference and not changed.
    pub(super) fn register_any(
        &mut self,
        name: &str,
        first: TypeId,
        counts: std::ops::RangeInclusive<usize>,
        func: &NativeFn,
    ) {
        for count in counts {
            let mut types = vec![TypeId::of::<Dynamic>(); count];
            if let Some(place) = types.first_mut() {
                *place = first;
            }
            let function = RhaiFunc::Method {
                func: Rc::clone(func) as Rc<_>,
                has_context: false,
                is_pure: true,
                is_volatile: false,
            };
            FuncRegistration::new(name).set_into_module_raw(&mut self.module, &types, function);
            self.natives.add(
                name,
                Native {
                    types,
                    gives: TypeId::of::<Dynamic>(),
                    by_ref: true,
                    func: Rc::clone(func),
                },
            );
        }
    }

    /// Registers how a field is read.
    pub(super) fn register_get<A: 'static, const N: usize, const X: bool, R, const F: bool, FUNC>(
        &mut self,
        name: impl AsRef<str>,
        func: FUNC,
    ) where
        R: Variant + Clone,
        FUNC: RhaiNativeFunc<A, N, X, R, F> + 'static,
    {
        self.register_fn(format!("get${}", name.as_ref()), func);
    }

    /// Registers how a field is set.
    pub(super) fn register_set<A: 'static, const N: usize, const X: bool, R, const F: bool, FUNC>(
        &mut self,
        name: impl AsRef<str>,
        func: FUNC,
    ) where
        R: Variant + Clone,
        FUNC: RhaiNativeFunc<A, N, X, R, F> + 'static,
    {
        self.register_fn(format!("set${}", name.as_ref()), func);
    }

    /// Registers how an element is read.
    pub(super) fn register_indexer_get<
        A: 'static,
        const N: usize,
        const X: bool,
        R,
        const F: bool,
        FUNC,
    >(
        &mut self,
        func: FUNC,
    ) where
        R: Variant + Clone,
        FUNC: RhaiNativeFunc<A, N, X, R, F> + 'static,
    {
        self.register_fn("index$get$", func);
    }

    /// Registers how an element is set.
    pub(super) fn register_indexer_set<
        A: 'static,
        const N: usize,
        const X: bool,
        R,
        const F: bool,
        FUNC,
    >(
        &mut self,
        func: FUNC,
    ) where
        R: Variant + Clone,
        FUNC: RhaiNativeFunc<A, N, X, R, F> + 'static,
    {
        self.register_fn("index$set$", func);
    }

    /// Names a type.
    pub(super) fn register_type_with_name<T: Variant + Clone>(&mut self, name: &'static str) {
        self.natives.kinds.insert(TypeId::of::<T>(), name);
        self.module.set_custom_type::<T>(name);
    }

    /// Registers that values of a type can be iterated.
    pub(super) fn register_iterator<T>(&mut self)
    where
        T: Variant + Clone + IntoIterator<Item = Dynamic>,
    {
        self.module.set_iterable::<T>();
        self.natives
            .iterators
            .push((TypeId::of::<T>(), |value| match value.try_cast::<T>() {
                Some(value) => Box::new(value.into_iter()),
                None => Box::new(std::iter::empty()),
            }));
    }

    /// Gives the functions to an engine, and the table to the caller.
    pub(super) fn install(self, engine: &mut Engine) -> Natives {
        if let Some(shared) = self.shared {
            engine.register_global_module(shared);
        }
        engine.register_global_module(self.module.into());
        self.natives
    }
}

/// Returns the type that values have which a parameter takes: texts are one type in scripts.
fn of_values(parameter: TypeId) -> TypeId {
    if parameter == TypeId::of::<&str>() || parameter == TypeId::of::<String>() {
        TypeId::of::<rhai::ImmutableString>()
    } else {
        parameter
    }
}
