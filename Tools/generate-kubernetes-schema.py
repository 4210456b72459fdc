#!/usr/bin/env python3
"""Writes KubeModel's schema and kinds texts from Kubernetes' OpenAPI v2 document.

Usage: generate-kubernetes-schema.py <openapi.json> <output directory>

The grammar of both texts is described in Schema/SchemaParser.swift and Schema/KindTable.swift.
"""
import json
import os
import sys

PREFIX = "#/definitions/"
# Types that are written by one letter because their wire form is not their Go form.
SPECIAL = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": "q",
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": "x",
    "io.k8s.apimachinery.pkg.apis.meta.v1.Time": "t",
    "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime": "u",
    "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1": "o",
    "io.k8s.apimachinery.pkg.apis.meta.v1.Patch": "o",
    "io.k8s.apimachinery.pkg.runtime.RawExtension": "o",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON": "*",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray": "*",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool": "*",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray": "*",
}
SCALARS = {
    ("string", None): "s", ("string", "byte"): "y", ("boolean", None): "b", ("integer", "int32"): "i",
    ("integer", "int64"): "l", ("number", "double"): "d", ("object", None): "o",
}
# Discovery order. Source: the priorities of upstream's API groups.
GROUPS = [
    "", "apiregistration.k8s.io", "apps", "events.k8s.io", "authentication.k8s.io", "authorization.k8s.io", "autoscaling", "batch",
    "certificates.k8s.io", "networking.k8s.io", "policy", "rbac.authorization.k8s.io", "storage.k8s.io",
    "admissionregistration.k8s.io", "apiextensions.k8s.io", "scheduling.k8s.io", "coordination.k8s.io", "node.k8s.io",
    "discovery.k8s.io", "resource.k8s.io", "flowcontrol.apiserver.k8s.io",
]
# Resources that are one in storage although several versions serve them.
STORED = {("events.k8s.io", "v1", "events"): "/v1", ("autoscaling", "v1", "horizontalpodautoscalers"): "autoscaling/v2"}
SINGULAR = {"endpoints": "endpoints"}
VERBS = {"create": "c", "delete": "d", "deletecollection": "D", "get": "g", "list": "l", "patch": "p", "update": "u", "watch": "w"}
ACTIONS = {"post": "create", "put": "update", "watchlist": "watch"}
# Which generated file a package's types go to; the rest goes to "Platform".
FILES = {"core.v1": "Core", "meta.v1": "Core", "apps.v1": "Workloads", "batch.v1": "Workloads", "autoscaling.v1": "Workloads",
         "autoscaling.v2": "Workloads", "policy.v1": "Workloads", "scheduling.v1": "Workloads", "resource.v1": "Devices"}


def package(name):
    return ".".join(name.split(".")[-3:-1])


def type_text(schema, here):
    if "$ref" in schema:
        name = schema["$ref"][len(PREFIX):]
        if name in SPECIAL:
            return SPECIAL[name]
        short = name.split(".")[-1]
        return short if package(name) == here else package(name) + "." + short
    if schema.get("type") == "array":
        return "[" + type_text(schema["items"], here) + "]"
    if "additionalProperties" in schema:
        return "{" + type_text(schema["additionalProperties"], here) + "}"
    return SCALARS[(schema.get("type"), schema.get("format"))]


def field_text(name, schema, required, here):
    text = name + ":" + type_text(schema, here)
    kind = schema.get("x-kubernetes-list-type")
    if kind == "set":
        text += "#set"
    elif kind == "map":
        text += "#" + ",".join(schema["x-kubernetes-list-map-keys"])
    if schema.get("x-kubernetes-map-type") == "atomic":
        text += "="
    strategies = schema.get("x-kubernetes-patch-strategy", "").split(",")
    if "merge" in strategies:
        text += "@" + schema.get("x-kubernetes-patch-merge-key", "-")
    if "retainKeys" in strategies:
        text += "~"
    if name in required:
        text += "!"
    return text


def references(schema):
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"][len(PREFIX):]
        for value in schema.values():
            yield from references(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from references(value)


def closure(definitions, roots):
    seen, todo = set(), list(roots)
    while todo:
        name = todo.pop()
        if name in seen or name in SPECIAL:
            continue
        seen.add(name)
        todo += references(definitions[name])
    return seen


def served(version):
    return "alpha" not in version and "beta" not in version


def collect(document):
    """The served resources: {(group, version): {plural: row}}."""
    resources = {}
    for path, item in sorted(document["paths"].items()):
        parts = path.strip("/").split("/")
        if parts[0] not in ("api", "apis") or "watch" in parts or len(parts) < 3:
            continue
        group, version, rest = ("", parts[1], parts[2:]) if parts[0] == "api" else (parts[1], parts[2], parts[3:])
        if not served(version) or not rest:
            continue
        namespaced = rest[:2] == ["namespaces", "{namespace}"] and len(rest) > 2
        rest = rest[2:] if namespaced else rest
        if not namespaced and rest[0] == "namespaces" and len(rest) > 1:
            rest = ["namespaces", "{name}"] + rest[2:]
        plural = rest[0]
        sub = rest[2] if len(rest) > 2 else None
        kinds = resources.setdefault((group, version), {})
        row = kinds.setdefault(plural, {"subs": {}, "verbs": set(), "namespaced": False, "kind": None})
        row["namespaced"] |= namespaced
        for method, operation in item.items():
            if not isinstance(operation, dict) or "x-kubernetes-action" not in operation:
                continue
            action = operation["x-kubernetes-action"]
            if action == "connect":
                action = method
            verb = ACTIONS.get(action, action)
            if verb not in VERBS:
                continue
            kind = operation["x-kubernetes-group-version-kind"]
            if sub:
                entry = row["subs"].setdefault(sub, {"verbs": set(), "kind": kind})
                entry["verbs"].add(verb)
            else:
                row["verbs"].add(verb)
                if len(rest) == 1 or row["kind"] is None:
                    row["kind"] = kind["kind"]
    for (group, version), kinds in resources.items():
        for plural, row in kinds.items():
            watch = ("/api/" if not group else "/apis/" + group + "/") + version + "/watch/" + plural
            if watch in document["paths"]:
                row["verbs"].add("watch")
    return resources


def letters(verbs):
    return "".join(VERBS[v] for v in sorted(verbs)) or "-"


def kinds_text(resources, names, by_kind):
    lines = []
    for group in GROUPS:
        versions = sorted((v for g, v in resources if g == group), key=lambda v: int(v[1:]), reverse=True)
        for version in versions:
            kinds = {p: r for p, r in resources[(group, version)].items() if r["kind"]}
            sample = next(by_kind[(group, version, r["kind"])] for r in kinds.values())
            lines.append(f"@ {group or '-'} {version} {sample.rsplit('.', 1)[0]}")
            for plural in sorted(kinds):
                row = kinds[plural]
                short, categories = names.get(plural + ("." + group if group else ""), ("-", "-"))
                singular = SINGULAR.get(plural, row["kind"].lower())
                parts = [plural, singular, row["kind"], "N" if row["namespaced"] else "C", short, categories, letters(row["verbs"])]
                if (group, version, plural) in STORED:
                    parts.append("stored=" + STORED[(group, version, plural)])
                for sub, entry in sorted(row["subs"].items()):
                    kind = entry["kind"]
                    name = by_kind.get((kind["group"], kind["version"], kind["kind"]), "-")
                    parts.append(f"/{sub}={kind['group']}/{kind['version']}/{kind['kind']}:{letters(entry['verbs'])}:{name}")
                lines.append(" ".join(parts))
    return lines


def write(directory, name, what, lines):
    path = os.path.join(directory, name + ".swift")
    with open(path, "w", encoding="utf-8") as out:
        out.write("// Written by Tools/generate-kubernetes-schema.py; do not edit.\n")
        out.write(f"extension SchemaText {{\n    /// {what}\n    static let {name[0].lower() + name[1:]}: StaticString = #\"\"\"\n")
        out.writelines("        " + line + "\n" for line in lines)
        out.write("        \"\"\"#\n}\n")


def main():
    document = json.load(open(sys.argv[1], encoding="utf-8"))
    directory = sys.argv[2]
    definitions = document["definitions"]
    names = {}
    for line in open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "kubernetes-names.txt"), encoding="utf-8"):
        if line.strip() and not line.startswith("#"):
            resource, short, categories = line.split()
            names[resource] = (short, categories)
    by_kind = {}
    for name, schema in definitions.items():
        for kind in schema.get("x-kubernetes-group-version-kind", []):
            if ".meta.v1." not in name:
                by_kind[(kind["group"], kind["version"], kind["kind"])] = name
    resources = collect(document)
    unknown = set(names) - {p + ("." + g if g else "") for (g, _), kinds in resources.items() for p in kinds}
    assert not unknown, unknown
    kinds = kinds_text(resources, names, by_kind)
    roots = {name for name in definitions if ".meta.v1." in name or name.endswith(".version.Info")}
    for (group, version), rows in resources.items():
        for row in rows.values():
            wanted = [(group, version, row["kind"]), (group, version, (row["kind"] or "") + "List")]
            wanted += [(s["kind"]["group"], s["kind"]["version"], s["kind"]["kind"]) for s in row["subs"].values()]
            roots |= {by_kind[w] for w in wanted if w in by_kind}
    files = {}
    types = closure(definitions, roots)
    for prefix in sorted({name.rsplit(".", 1)[0] for name in types}, key=lambda p: (p != "io.k8s.api.core.v1", p)):
        here = package(prefix + ".X")
        lines = files.setdefault(FILES.get(here, "Platform"), [])
        lines.append(f"@ {here} {prefix}")
        for name in sorted(n for n in types if n.rsplit(".", 1)[0] == prefix):
            schema = definitions[name]
            required = set(schema.get("required", []))
            short = name.split(".")[-1] + ("=" if schema.get("x-kubernetes-map-type") == "atomic" else "")
            fields = [field_text(f, s, required, here) for f, s in sorted(schema.get("properties", {}).items())]
            lines.append(" ".join([short] + fields))
    for name, lines in files.items():
        write(directory, name + "Schema", "Object types, one a line.", lines)
    write(directory, "KindRows", "Served resources, one a line.", kinds)


main()
