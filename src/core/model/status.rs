//! The states of an order and the only ways between them (R-ORD-2).
//!
//! Invariants: a final state is never left; a late or repeated report changes nothing.

use std::fmt;

/// Where an order stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum OrderStatus {
    /// Decided, not yet released.
    Intent,
    /// On its way to the broker.
    Sent,
    /// Sent, and nobody answered: it must be asked about, never resent.
    Unknown,
    /// Working at the broker.
    Accepted,
    /// Working, in part filled.
    PartiallyFilled,
    /// Asked to be canceled.
    PendingCancel,
    /// Asked to be changed.
    PendingReplace,
    /// Done.
    Filled,
    /// Canceled, by us or the broker.
    Canceled,
    /// Refused by the broker.
    Rejected,
    /// Ended by its time in force.
    Expired,
    /// Refused by ourselves; it never left.
    Denied,
}

/// What happened to an order.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum OrderStep {
    /// It was released to the broker.
    Send,
    /// We refused it.
    Deny,
    /// No answer came in time.
    LoseAnswer,
    /// The broker took it, or confirms that it works.
    Accept,
    /// The broker refused it.
    Reject,
    /// A part filled.
    FillPart,
    /// The rest filled.
    FillRest,
    /// We asked for its cancellation.
    AskCancel,
    /// We asked for its replacement.
    AskReplace,
    /// The broker refused to cancel or replace it; nothing of it had filled.
    Keep,
    /// The broker refused to cancel or replace it; it is filled in part.
    KeepPart,
    /// It was canceled.
    Cancel,
    /// Its time was over.
    Expire,
}

impl OrderStatus {
    /// Returns the word for it, such as `partially_filled`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Intent => "intent",
            Self::Sent => "sent",
            Self::Unknown => "unknown",
            Self::Accepted => "accepted",
            Self::PartiallyFilled => "partially_filled",
            Self::PendingCancel => "pending_cancel",
            Self::PendingReplace => "pending_replace",
            Self::Filled => "filled",
            Self::Canceled => "canceled",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
            Self::Denied => "denied",
        }
    }

    /// Reads the word that [`Self::name`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        const ALL: [OrderStatus; 12] = [
            OrderStatus::Intent,
            OrderStatus::Sent,
            OrderStatus::Unknown,
            OrderStatus::Accepted,
            OrderStatus::PartiallyFilled,
            OrderStatus::PendingCancel,
            OrderStatus::PendingReplace,
            OrderStatus::Filled,
            OrderStatus::Canceled,
            OrderStatus::Rejected,
            OrderStatus::Expired,
            OrderStatus::Denied,
        ];
        ALL.into_iter().find(|status| status.name() == text)
    }

    /// Whether nothing can happen to the order any more.
    pub const fn is_final(self) -> bool {
        matches!(
            self,
            Self::Filled | Self::Canceled | Self::Rejected | Self::Expired | Self::Denied
        )
    }

    /// Returns the state after `step`, or `None` where the step is impossible and must be ignored.
    #[rustfmt::skip]
    #[expect(clippy::match_same_arms, reason = "one line a rule: the table is the documentation")]
    pub const fn after(self, step: OrderStep) -> Option<Self> {
        use OrderStatus as S;
        use OrderStep as E;
        match (self, step) {
            (S::Intent,                                             E::Send)       => Some(S::Sent),
            (S::Intent,                                             E::Deny)       => Some(S::Denied),
            (S::Sent,                                               E::LoseAnswer) => Some(S::Unknown),
            (S::Sent | S::Unknown | S::Accepted,                    E::Accept)     => Some(S::Accepted),
            // Also where its cancellation was asked for before the broker answered.
            (S::Sent | S::Unknown | S::PendingCancel,               E::Reject)     => Some(S::Rejected),
            // A broker may report a fill before it reports the acceptance.
            (S::Sent | S::Unknown | S::Accepted | S::PartiallyFilled, E::FillPart) => Some(S::PartiallyFilled),
            // What was asked for is still outstanding after a part filled.
            (S::PendingCancel,                                      E::FillPart)   => Some(S::PendingCancel),
            (S::PendingReplace,                                     E::FillPart)   => Some(S::PendingReplace),
            (S::Sent | S::Unknown | S::Accepted | S::PartiallyFilled
              | S::PendingCancel | S::PendingReplace,               E::FillRest)   => Some(S::Filled),
            (S::Accepted | S::PartiallyFilled | S::PendingReplace | S::Sent | S::Unknown,
                                                                    E::AskCancel)  => Some(S::PendingCancel),
            (S::Accepted | S::PartiallyFilled,                      E::AskReplace) => Some(S::PendingReplace),
            (S::PendingCancel | S::PendingReplace,                  E::Keep)       => Some(S::Accepted),
            (S::PendingCancel | S::PendingReplace,                  E::KeepPart)   => Some(S::PartiallyFilled),
            (S::Sent | S::Unknown | S::Accepted | S::PartiallyFilled
              | S::PendingCancel | S::PendingReplace,               E::Cancel)     => Some(S::Canceled),
            (S::Sent | S::Unknown | S::Accepted | S::PartiallyFilled
              | S::PendingCancel | S::PendingReplace,               E::Expire)     => Some(S::Expired),
            _ => None,
        }
    }
}

impl fmt::Display for OrderStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::{OrderStatus as S, OrderStep as E};

    const STATES: [S; 12] = [
        S::Intent,
        S::Sent,
        S::Unknown,
        S::Accepted,
        S::PartiallyFilled,
        S::PendingCancel,
        S::PendingReplace,
        S::Filled,
        S::Canceled,
        S::Rejected,
        S::Expired,
        S::Denied,
    ];
    const STEPS: [E; 13] = [
        E::Send,
        E::Deny,
        E::LoseAnswer,
        E::Accept,
        E::Reject,
        E::FillPart,
        E::FillRest,
        E::AskCancel,
        E::AskReplace,
        E::Keep,
        E::KeepPart,
        E::Cancel,
        E::Expire,
    ];

    #[test]
    fn a_final_state_is_never_left() {
        for state in STATES.into_iter().filter(|s| s.is_final()) {
            for step in STEPS {
                assert_eq!(state.after(step), None, "{state} {step:?}");
            }
        }
    }

    #[test]
    fn nothing_returns_to_intent_and_only_an_intent_is_denied() {
        for state in STATES {
            for step in STEPS {
                let next = state.after(step);
                assert_ne!(next, Some(S::Intent));
                if next == Some(S::Denied) {
                    assert_eq!(state, S::Intent);
                }
            }
        }
    }

    #[test]
    fn a_late_acceptance_never_undoes_a_fill_or_a_request() {
        for state in [S::PartiallyFilled, S::PendingCancel, S::PendingReplace] {
            assert_eq!(state.after(E::Accept), None);
        }
    }

    #[test]
    fn the_ordinary_lives_are_possible() {
        let live = |steps: &[E]| {
            steps
                .iter()
                .try_fold(S::Intent, |state, step| state.after(*step))
        };
        assert_eq!(live(&[E::Send, E::Accept, E::FillRest]), Some(S::Filled));
        assert_eq!(live(&[E::Send, E::FillPart, E::FillRest]), Some(S::Filled));
        assert_eq!(
            live(&[E::Send, E::LoseAnswer, E::Accept]),
            Some(S::Accepted)
        );
        assert_eq!(
            live(&[
                E::Send,
                E::Accept,
                E::FillPart,
                E::AskCancel,
                E::FillPart,
                E::Cancel
            ]),
            Some(S::Canceled)
        );
        assert_eq!(
            live(&[E::Send, E::Accept, E::AskCancel, E::Keep]),
            Some(S::Accepted)
        );
        assert_eq!(live(&[E::Send, E::AskCancel, E::Reject]), Some(S::Rejected));
        assert_eq!(live(&[E::Deny]), Some(S::Denied));
        assert_eq!(live(&[E::Send, E::Reject, E::Accept]), None);
    }
}
