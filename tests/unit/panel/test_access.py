from itertools import product

import pytest

from voicebot.panel.access import Account, Action, Role, may

V, S, A = Role.VIEWER, Role.SUPERVISOR, Role.ADMINISTRATOR
EVERYBODY, FROM_SUPERVISOR, ONLY_ADMINISTRATOR = {V, S, A}, {S, A}, {A}
WHO = {
    Action.SEE_FLOOR: EVERYBODY,
    Action.SEE_PRIVATE: FROM_SUPERVISOR,
    Action.LISTEN: FROM_SUPERVISOR,
    Action.STEER_CALLS: FROM_SUPERVISOR,
    Action.STEER_CALLBACKS: FROM_SUPERVISOR,
    Action.SEE_BUSINESS: FROM_SUPERVISOR,
    Action.EDIT_QUEUES: ONLY_ADMINISTRATOR,
    Action.EDIT_BUSINESS: ONLY_ADMINISTRATOR,
    Action.FORCE_DEGRADATION: ONLY_ADMINISTRATOR,
    Action.SEE_AUDIT: ONLY_ADMINISTRATOR,
    Action.SEE_COSTS: FROM_SUPERVISOR,
    Action.MANAGE_ACCOUNTS: ONLY_ADMINISTRATOR,
    Action.ERASE_CALLERS: ONLY_ADMINISTRATOR,
}
NOT_FOR_A_SCOPE = {
    Action.SEE_BUSINESS,
    Action.EDIT_BUSINESS,
    Action.FORCE_DEGRADATION,
    Action.SEE_AUDIT,
    Action.SEE_COSTS,
    Action.MANAGE_ACCOUNTS,
    Action.ERASE_CALLERS,
}
# Scope and queue → whether the queue is in it.
SCOPES = {
    (None, None): True,
    (None, "sales@1"): True,
    (frozenset({"sales@1"}), None): True,
    (frozenset({"sales@1"}), "sales@1"): True,
    (frozenset({"sales@1"}), "service@1"): False,
    (frozenset({"sales@1"}), "@1"): False,
    (frozenset({"1"}), "sales@1"): True,
    (frozenset({"1"}), "@1"): True,
    (frozenset({"1"}), "@2"): False,
    (frozenset[str](), None): True,
    (frozenset[str](), "sales@1"): False,
}


@pytest.mark.parametrize("action", Action)
def test_every_combination_of_role_action_and_queue_is_decided_as_the_table_says(
    action: Action,
) -> None:
    for role, ((scope, queue), is_in_scope) in product(Role, SCOPES.items()):
        expected = role in WHO[action] and is_in_scope
        if scope is not None and action in NOT_FOR_A_SCOPE:
            expected = False
        assert may(Account("anna", role, scope), action, queue) == expected, (role, scope, queue)
