#!/usr/bin/env python3
"""Writes the protobuf field numbers of Kubernetes' types.

usage: generate-protobuf-numbers.py GOSRC OPENAPI.json FOLDER

GOSRC is a Go source tree that holds k8s.io/api, k8s.io/apimachinery and k8s.io/apiextensions-apiserver (Debian's golang-k8s-api-dev and
its kin); OPENAPI.json names the types that are served. The numbers are read from the struct tags.
"""
import json
import os
import re
import sys

FIELD = re.compile(r'^\t(?:(\w+)\s+)?(\S.*?)\s+`([^`]*)`')
ROOTS = ["k8s.io/api", "k8s.io/apimachinery/pkg/apis/meta/v1", "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"]


def structs(path):
    """Each struct of a Go file: its name and its fields as (name in JSON, number, pointer, embedded type)."""
    name, fields = None, []
    for line in open(path, encoding="utf-8"):
        start = re.match(r"^type (\w+) struct \{", line)
        if start:
            name, fields = start.group(1), []
        elif name and line.startswith("}"):
            yield name, fields
            name = None
        elif name and not line.lstrip().startswith("//") and (match := FIELD.match(line)):
            tags = dict(re.findall(r'(\w+):"([^"]*)"', match.group(3)))
            if "protobuf" not in tags or tags["protobuf"] == "-":
                continue
            number = int(tags["protobuf"].split(",")[1])
            json_name, *options = tags.get("json", "").split(",")
            kind = match.group(2)
            if "inline" in options:
                fields.append((None, number, False, kind.lstrip("*")))
            elif json_name != "-":
                fields.append((json_name, number, kind.startswith("*"), None))


def main(source, openapi, output):
    definitions = json.load(open(openapi, encoding="utf-8"))["definitions"]
    served = {name for name in definitions if re.search(r"\.v\d+\.\w+$", name)}
    types = {}
    for root in ROOTS:
        for folder, _, files in os.walk(os.path.join(source, root)):
            package = "io." + os.path.relpath(folder, source).replace("/", ".")
            for file in sorted(files):
                if file.endswith(".go") and not file.endswith("_test.go") and "generated" not in file:
                    for name, fields in structs(os.path.join(folder, file)):
                        types[f"{package.replace('io.k8s.io.', 'io.k8s.')}.{name}"] = fields

    def flat(full, prefix):
        package = full.rsplit(".", 1)[0]
        for name, number, pointer, embedded in types.get(full, []):
            if embedded:
                inner = embedded if "." not in embedded else None
                if inner:
                    yield from flat(f"{package}.{inner}", f"{prefix}{number}.")
            else:
                yield f"{name}={prefix}{number}{'*' if pointer else ''}"

    texts = {"Core": [], "Other": []}
    packages = {}
    for full in sorted(served & set(types)):
        known = definitions[full].get("properties", {})
        entries = sorted(entry for entry in flat(full, "") if entry.split("=")[0] in known)
        if entries:
            package, name = full.rsplit(".", 1)
            packages.setdefault(package, []).append(" ".join([name] + entries))
    for package, lines in packages.items():
        texts["Core" if package.endswith("core.v1") else "Other"] += [f"@ {package}"] + lines
    for part, lines in texts.items():
        with open(os.path.join(output, f"Protobuf{part}Numbers.swift"), "w", encoding="utf-8") as file:
            file.write("// Written by Tools/generate-protobuf-numbers.py; do not edit.\nextension ProtobufTable {\n")
            file.write("    /// Types and the numbers of their fields, one type a line.\n")
            file.write(f'    static let {part.lower()}Numbers: StaticString = #"""\n')
            file.writelines(f"        {line}\n" for line in lines)
            file.write('        """#\n}\n')


main(*sys.argv[1:])
