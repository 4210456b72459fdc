#!/usr/bin/env python3
"""Makes the table of upstream's scheduler_perf cases from a JSON list of them.

Usage: generate-scheduler-thresholds.py THRESHOLDS.json > Benchmarks/eyrie-bench/SchedulerThresholds.swift
"""
import json
import sys


def main():
    with open(sys.argv[1]) as file:
        cases = json.load(file)
    print("/// The cases of upstream's scheduler_perf that have a threshold: suite, case, workload, pods a second, parameters.")
    print("enum SchedulerThresholds {")
    print('    static let text = """')
    for case in cases:
        threshold = case["threshold"]
        if isinstance(threshold, dict):
            threshold = next(iter(threshold.values()))
        parameters = " ".join(f"{name}={value}" for name, value in case["params"].items())
        print("        " + " ".join([case["suite"], case["case"], case["workload"], str(threshold), parameters]))
    print('        """')
    print("}")


main()
