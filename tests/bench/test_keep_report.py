"""The figures that are kept of a report."""

import json

import keep_report
from analysis.people import NOWHERE, OWN, RIGHT, STRANGER


def test_a_line_is_added(tmp_path, capsys):
    whole = {"count": 3, "n": 4, "share": 0.75, "low": 0.3, "high": 0.9}
    way = {"above 0.5": whole, "above 0.9": whole, "let through": whole}
    score = {"score": "p", "auroc": 0.81, "interval": [0.7, 0.9]}
    measurements = {
        "retrieved": {"right": whole, "where": {"early": whole, "never": {**whole, "n": 0}}},
        "tell": {
            "scores": [score, {**score, "score": "q", "auroc": None}],
            "given": whole,
            "right of the given": whole,
        },
        "sure": {"before": {"error": 0.05}, "null": {"95%": 0.04}, "after": {"error": 0.01}},
        "nobody": {
            "ways": [{"way": "all", **way}, {"way": "new", **way}],
            "auroc of people and strangers": 0.5,
            "auroc of right answers and strangers": None,
        },
        "half": {
            "among the likeliest": {"10": whole},
            "not said, among ten": 2,
            "bits known": 6.25,
            "bits before": 8.0,
        },
        "inside": {
            "interchange": {"table": [{"states of": "the ⁇", "layers": [0.1, 0.5]}]},
            "lens": {"right": {"p": [0.1, 0.9]}, "wrong": {"p": []}},
        },
        "bias": None,
    }
    facts = {"trained by": "python src/run.py", "parameters": "a.params", "seed": "seed 224"}
    data = tmp_path / "knowledge.json"
    about = {"facts": facts}
    people = [{"kind": kind, "p": p} for kind, p in ((RIGHT, 0.9), (OWN, 0.8), (OWN, 0.6))]
    people += [{"kind": NOWHERE, "p": 0.1}, {"kind": STRANGER, "p": 0.5}]
    report = {"about": about, "measurements": measurements, "people": people}
    data.write_text(json.dumps(report), encoding="utf-8")
    for model in ("a model", "another"):
        keep_report.main([str(data), "--model", model, "--results", str(tmp_path / "lines")])
    first, second = map(json.loads, (tmp_path / "lines").read_text().splitlines())
    assert first["model"] == "a model" and second["model"] == "another"
    assert first["trained by"] == "python src/run.py" and first["machine"] is None
    figures = first["figures"]
    assert figures["right"] == "3 of 4 (75.0%)" == figures["    new"]
    assert figures["AUROC of the probability, right and wrong answers"] == "0.81 [0.70, 0.90]"
    assert figures["the same of: q"] == ""
    assert figures["bits known of a birth place"] == "6.2 of 8.0"
    assert figures["interchange, before each layer: the ⁇"] == "0.10, 0.50"
    assert figures["logit lens, before each layer and behind the last: right answers"] == (
        "0.10, 0.90"
    )
    assert figures["wrong answers from the person's biography"] == "2 of 3"
    assert figures["mean probability: wrong, from the person's biography"] == "0.70"
    assert figures["mean probability: otherwise wrong"] == "0.10"
    assert "right, if the place stands early" in figures
    assert "right, if the place stands never" not in figures
