"""bench/long_context.py: slopes and crossings of known curves; the task can be learnt."""

import long_context


def test_the_slope_is_the_power():
    assert long_context.slope({T: 3e-4 * T**1.5 for T in (2048, 4096, 8192)}) == 1.5
    assert long_context.slope({2048: 7.0}) is None


def test_the_crossing_is_where_two_power_laws_meet():
    """T²/1000 and T/2 meet at 500."""
    lengths = (128, 256, 512, 1024)
    square, line = {T: T**2 / 1000 for T in lengths}, {T: T / 2 for T in lengths}
    assert long_context.crossing(line, square) == 500
    assert long_context.crossing(square, line) is None  # slower at the end
    assert long_context.crossing({T: 0.01 for T in lengths}, square) == 128  # quicker throughout


def test_a_name_is_found_after_training_and_not_before(monkeypatch):
    monkeypatch.setattr(long_context, "TOKENS", 512)
    monkeypatch.setattr(long_context, "ASKED", 128)
    found = {}
    for steps in (0, 120):
        monkeypatch.setattr(long_context, "STEPS", steps)
        found[steps] = long_context.measure_retrieval("vanilla", 32, "cpu")["accuracy"]
    assert found[0] < 0.4 and found[120] > 0.9


def test_what_lacks_memory_is_a_row_that_says_so(capsys, monkeypatch):
    """A length that fails is not tried again at greater lengths."""
    tried = []

    def measured(kind, args, variant, T):
        tried.append((variant, T))
        return None if variant == "rope" else {"s": T / 1e6, "MB": 10.0}

    monkeypatch.setattr(long_context, "measure", measured)
    long_context.main(["cost", "--lengths", "2048", "4096", "--variants", "vanilla", "rope"])
    assert tried == [("vanilla", 2048), ("rope", 2048), ("vanilla", 4096)]
    table = capsys.readouterr().out.splitlines()[-2:]
    assert table == [
        "| vanilla | 2 / 10 | 4 / 10 | 1.0 | - |",
        "| rope | no memory | no memory | - | - |",
    ]
