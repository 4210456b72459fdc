#!/usr/bin/env python3
"""Writes EKSTables.swift: the Kubernetes versions that EKS offers and the rules of its cluster access policies.

usage: generate-eks-tables.py DATA-FOLDER > Sources/AWS/AWSServices/EKS/EKSTables.swift
DATA-FOLDER holds eks-versions.json and eks-access-policies.json.
"""
import json, pathlib, sys

data = pathlib.Path(sys.argv[1])
versions = json.loads((data / "eks-versions.json").read_text())
policies = json.loads((data / "eks-access-policies.json").read_text())

print("// Written by Tools/generate-eks-tables.py; edit that instead.\n")
print("/// EKS's facts as text tables.\nenum EKSTables {")
print("    /// Kubernetes minor version, release on EKS, end of standard and of extended support, platform version, patch version.")
print('    static let versions: StaticString = """')
for v in versions:
    platform = (v["latestEksPlatform"] or "").split("-", 1)[-1].replace("-", ".")
    print("       ", v["version"], v["eksRelease"], v["endOfStandardSupport"] or "-", v["endOfExtendedSupport"] or "-", platform or "-", v["kubernetes"] or "-")
print('        """')
print("    /// A line per access policy, each followed by its rules: API groups, resources, resource names or URLs, verbs (`core` is the core group).")
print('    static let accessPolicies: StaticString = """')
for name, policy in policies.items():
    print("       ", "policy", name)
    for rule in policy.get("rules", []):
        groups = ",".join(g or "core" for g in rule.get("apiGroups", [])) or "-"
        resources = ",".join(rule.get("resources", [])) or "-"
        names = ",".join(rule.get("resourceNames", [])) or "-"
        urls = ",".join(rule.get("nonResourceURLs", [])) or "-"
        print("       ", "rule", groups, resources, names, urls, ",".join(rule["verbs"]))
print('        """')
print("}")
