#!/usr/bin/env python3
"""Writes the field numbers of the Container Runtime Interface's messages as Swift.

usage: generate-cri-messages.py CRI.proto EVENTS.proto TASK.proto FOLDER

CRI.proto is runtime/v1/api.proto of k8s.io/cri-api (Debian: golang-github-kubernetes-cri-api-dev); EVENTS.proto and TASK.proto are
containerd's api/services/events/v1/events.proto and api/events/task.proto (golang-github-containerd-containerd-dev). Only what the calls
below need is written.
"""
import re
import sys

CALLS = {
    "RuntimeService": [
        "Version", "Status", "RunPodSandbox", "StopPodSandbox", "RemovePodSandbox", "PodSandboxStatus", "ListPodSandbox",
        "CreateContainer", "StartContainer", "StopContainer", "RemoveContainer", "ListContainers", "ContainerStatus",
        "UpdateContainerResources", "ReopenContainerLog", "ExecSync", "Exec", "Attach", "PortForward", "ListContainerStats",
    ],
    "ImageService": ["ListImages", "ImageStatus", "PullImage", "RemoveImage", "ImageFsInfo"],
    "Events": ["Subscribe"],
}
# What no call reaches: the contents of events, which travel as Any.
EXTRA = ["TaskExit", "TaskOOM"]
# Of systems that are not Linux.
SKIPPED = {"WindowsContainerConfig", "WindowsPodSandboxConfig", "WindowsContainerResources"}
WELL_KNOWN = {
    "google.protobuf.Any": [("type_url", 1, "string", False), ("value", 2, "bytes", False)],
    "google.protobuf.Timestamp": [("seconds", 1, "int64", False), ("nanos", 2, "int32", False)],
}
SCALARS = {"string": "String", "bool": "Bool", "bytes": "[UInt8]"}
NUMBERS = {"int32", "int64", "uint32", "uint64"}


def parse(path):
    """The messages, enumerations and calls of one file."""
    text = re.sub(r"//[^\n]*", "", open(path, encoding="utf-8").read())
    package = re.search(r"^package ([\w.]+);", text, re.M).group(1)
    messages, enums, calls = {}, {}, {}
    for empty in re.findall(r"^message (\w+) ?\{\s*\}", text, re.M):
        messages[empty] = []
    text = re.sub(r"^message \w+ ?\{\s*\}", "", text, flags=re.M)
    for kind, name, body in re.findall(r"^(message|enum|service) (\w+) ?\{(.*?)^\}", text, re.M | re.S):
        if kind == "enum":
            enums[name] = [(n, int(v)) for n, v in re.findall(r"(\w+)\s*=\s*(\d+)", body)]
        elif kind == "service":
            for call, request, stream, answer in re.findall(r"rpc (\w+)\((\w+)\) returns \((stream )?(\w+)\)", body):
                calls[(name, call)] = (f"/{package}.{name}/{call}", request, answer, bool(stream))
        elif kind == "message":
            for nested, values in re.findall(r"enum (\w+) ?\{(.*?)\}", body, re.S):
                enums[nested] = [(n, int(v)) for n, v in re.findall(r"(\w+)\s*=\s*(\d+)", values)]
            body = re.sub(r"enum \w+ ?\{.*?\}", "", body, flags=re.S)
            fields = re.findall(r"(repeated )?(map<\s*string\s*,\s*string\s*>|[\w.]+)\s+(\w+)\s*=\s*(\d+)\s*[;\[]", body)
            messages[name] = [(n, int(number), kind, bool(many)) for many, kind, n, number in fields if kind != "option"]
    return messages, enums, calls


def camel(name):
    head, *tail = name.split("_")
    return (head.lower() if head.isupper() else head) + "".join(part.capitalize() for part in tail)


def escaped(name):
    return f"`{name}`" if name in {"protocol", "private", "type"} else name


def case(name, first):
    """CONTAINER_RUNNING of ContainerState is `running`: without the words that all values share."""
    words = name.lower().split("_")
    return camel("_".join(words[first:]))


def swift_type(kind, many, enums):
    name = kind.rsplit(".", 1)[-1]
    if kind.startswith("map<"):
        return "[String: String]"
    base = SCALARS.get(kind) or ("Int" if kind in NUMBERS else None) or (name if name in enums else f"Message<{name}Fields>")
    return f"[{base}]" if many else base


def main(cri, events, task, folder):
    messages, enums, calls = {}, {}, {}
    for path in (task, events, cri):
        found = parse(path)
        messages.update(found[0]), enums.update(found[1]), calls.update(found[2])
    messages.update({name.rsplit(".", 1)[-1]: fields for name, fields in WELL_KNOWN.items()})

    wanted, order, used = list(EXTRA), [], []
    for service, names in CALLS.items():
        wanted += [part for name in names for part in calls[(service, name)][1:3]]
    while wanted:
        name = wanted.pop(0)
        if name in order:
            continue
        order.append(name)
        messages[name] = [field for field in messages[name] if field[2] not in SKIPPED]
        for _, _, kind, _ in messages[name]:
            short = kind.rsplit(".", 1)[-1]
            if short in messages:
                wanted.append(short)
            elif short in enums and short not in used:
                used.append(short)

    lines = [
        "// Written by Tools/generate-cri-messages.py from the Container Runtime Interface v1 and containerd's events.",
        "",
    ]
    for name in sorted(used):
        values = enums[name]
        split = [value.lower().split("_") for value, _ in values]
        shared = 0
        while len(values) > 1 and all(len(words) > shared + 1 and words[shared] == split[0][shared] for words in split):
            shared += 1
        cases = ", ".join(f"{escaped(case(value, shared))} = {number}" for value, number in values)
        lines += [f"/// Values of {name}.", f"package enum {name}: Int, WireEnumeration {{", f"    case {cases}", "}"]
    for name in sorted(order):
        lines.append(f"/// Fields of {name}.")
        lines.append(f"package struct {name}Fields: MessageFields {{")
        for field, number, kind, many in messages[name]:
            lines.append(f"    package let {escaped(camel(field))} = WireField<{swift_type(kind, many, enums)}>({number})")
        lines += ["    package init() {}", "}"]
    for service, names in CALLS.items():
        lines += [f"/// Calls of {service}.", f"package enum {service} {{"]
        for name in names:
            path, request, answer, _ = calls[(service, name)]
            call = f'RemoteCall<{request}Fields, {answer}Fields>("{path}")'
            word = name[0].lower() + name[1:]
            lines += [f"    /// {name}.", f"    package static var {word}: RemoteCall<{request}Fields, {answer}Fields> {{", f'        RemoteCall("{path}")', "    }"]
        lines.append("}")
    open(f"{folder}/RuntimeMessages.swift", "w", encoding="utf-8").write("\n".join(lines) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__.strip())
    main(*sys.argv[1:])
