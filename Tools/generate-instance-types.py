#!/usr/bin/env python3
"""Writes InstanceTypeTable.swift: the EC2 instance types, a line each.

usage: generate-instance-types.py INSTANCE-TYPES.CSV > Sources/AWS/AWSServices/EC2/InstanceTypeTable.swift
"""
import csv, sys

print("// Written by Tools/generate-instance-types.py; edit that instead.\n")
print("/// EC2's instance types: name, vCPUs, memory in MiB, architecture, network interfaces, IPv4 addresses per interface,")
print("/// most pods of an EKS node, burstable, current generation, hypervisor, GPUs, on-demand USD an hour in us-east-1.")
print("enum InstanceTypeTable {\n    static let text: StaticString = \"\"\"")
for row in csv.DictReader(open(sys.argv[1])):
    flag = lambda name: "y" if row[name] == "True" else "n"
    print("       ", row["instance_type"], row["vcpu"], row["memory_mib"], row["arch"], row["max_enis_default_card"] or "-", row["ipv4_per_eni"] or "-",
          row["max_pods"] or "-", flag("burstable"), flag("current_generation"), row["hypervisor"] or "-", row["gpus"] or "0", row["usd_per_hour_us_east_1"] or "-")
print('        """\n}')
