#!/usr/bin/env python3
"""Writes the compact service models of AWSProtocol out of botocore's service descriptions (PyPI: botocore).

Usage: generate-aws-models.py OUTPUT_DIRECTORY

One Swift file per service, holding one static string; `ModelText.swift` describes the format. Prose is left out.
For large services the operations in SUBSETS are kept with the closure of their shapes, and the others by name alone.
"""
import gzip
import json
import pathlib
import sys

import botocore

SERVICES = {"eks": "EKS", "sts": "STS", "iam": "IAM", "ec2": "EC2", "autoscaling": "AutoScaling", "ecr": "ECR"}
SUBSETS = {
    "ec2": """
        AllocateAddress AssignPrivateIpAddresses AssociateAddress AssociateRouteTable AssociateVpcCidrBlock AttachInternetGateway
        AttachNetworkInterface CreateNetworkInterface DeleteNetworkInterface DescribeNetworkInterfaceAttribute DetachNetworkInterface
        ModifyInstanceAttribute ModifyNetworkInterfaceAttribute UnassignPrivateIpAddresses
        AuthorizeSecurityGroupEgress AuthorizeSecurityGroupIngress CreateInternetGateway CreateKeyPair CreateLaunchTemplate
        CreateLaunchTemplateVersion CreateNatGateway CreateRoute CreateRouteTable CreateSecurityGroup CreateSubnet CreateTags CreateVpc
        DeleteInternetGateway DeleteKeyPair DeleteLaunchTemplate DeleteLaunchTemplateVersions DeleteNatGateway DeleteRoute
        DeleteRouteTable DeleteSecurityGroup DeleteSubnet DeleteTags DeleteVpc DescribeAccountAttributes DescribeAddresses
        DescribeAvailabilityZones DescribeInstanceStatus DescribeInstanceTypeOfferings DescribeInstanceTypes DescribeInstances
        DescribeInternetGateways DescribeKeyPairs DescribeLaunchTemplateVersions DescribeLaunchTemplates DescribeNatGateways
        DescribeNetworkInterfaces DescribeRegions DescribeRouteTables DescribeSecurityGroupRules DescribeSecurityGroups
        DescribeSubnets DescribeTags DescribeVpcAttribute DescribeVpcs DetachInternetGateway DisassociateAddress
        DisassociateRouteTable ImportKeyPair ModifyLaunchTemplate ModifySubnetAttribute ModifyVpcAttribute RebootInstances
        ReleaseAddress ReplaceRoute ReplaceRouteTableAssociation RevokeSecurityGroupEgress RevokeSecurityGroupIngress RunInstances
        StartInstances StopInstances TerminateInstances""",
    "autoscaling": """
        AttachInstances CompleteLifecycleAction CreateAutoScalingGroup CreateLaunchConfiguration CreateOrUpdateTags
        DeleteAutoScalingGroup DeleteLaunchConfiguration DeleteLifecycleHook DeleteTags DescribeAccountLimits
        DescribeAutoScalingGroups DescribeAutoScalingInstances DescribeLaunchConfigurations DescribeLifecycleHooks
        DescribeScalingActivities DescribeTags DescribeTerminationPolicyTypes DetachInstances DisableMetricsCollection
        EnableMetricsCollection PutLifecycleHook ResumeProcesses SetDesiredCapacity SetInstanceHealth SetInstanceProtection
        SuspendProcesses TerminateInstanceInAutoScalingGroup UpdateAutoScalingGroup""",
}
OPEN_ENUMERATIONS = {"InstanceType"}  # so long that the handlers' own tables check the value
PRIMITIVES = {"string", "integer", "long", "float", "double", "boolean", "blob", "timestamp", "character"}
LOCATIONS = {"uri": "uri", "querystring": "query", "header": "header", "headers": "headers", "statusCode": "status"}


def load(service, name):
    root = pathlib.Path(botocore.__file__).parent / "data" / service
    folder = sorted(root.iterdir())[-1]
    packed, plain = folder / f"{name}.json.gz", folder / f"{name}.json"
    if packed.exists():
        return json.loads(gzip.decompress(packed.read_bytes()))
    return json.loads(plain.read_text()) if plain.exists() else {}


def escape(text):
    """One line, no tabs: control characters become regular-expression escapes."""
    return "".join(c if c >= " " and c != "\x7f" else "\\u%04X" % ord(c) for c in text)


def number(value):
    return "" if value is None else str(int(value) if float(value).is_integer() else value)


class Model:
    def __init__(self, service):
        self.service = service
        self.description = load(service, "service-2")
        self.pages = load(service, "paginators-1").get("pagination", {})
        self.shapes = self.description["shapes"]
        self.wanted = []
        self.seen = set()

    def plain(self, name):
        """The primitive that an unconstrained scalar shape amounts to, or None."""
        shape = self.shapes[name]
        if name in OPEN_ENUMERATIONS:
            return shape["type"]
        kind = shape["type"]
        constrained = any(key in shape for key in ("enum", "pattern", "min", "max", "timestampFormat", "streaming"))
        return kind if kind in PRIMITIVES and not constrained else None

    def type(self, name):
        plain = self.plain(name)
        if plain:
            return plain
        assert name not in PRIMITIVES, f"{self.service}: shape {name} has a primitive's name"
        if name not in self.seen:
            self.seen.add(name)
            self.wanted.append(name)
        return name

    def attributes(self, member):
        words = []
        location = member.get("location")
        if location:
            words.append(LOCATIONS[location] + "=" + member.get("locationName", ""))
        elif "locationName" in member:
            words.append("wire=" + member["locationName"])
        if "queryName" in member:
            words.append("name=" + member["queryName"])
        if member.get("flattened") or self.shapes[member["shape"]].get("flattened"):
            words.append("flat")
        if member.get("idempotencyToken"):
            words.append("~")
        if "timestampFormat" in member:
            words.append("time=" + member["timestampFormat"])
        return words

    def structure(self, name, shape):
        required = set(shape.get("required", []))
        columns = ["error" if shape.get("exception") else "struct", name]
        if shape.get("exception"):
            error = shape.get("error", {})
            columns.append(error.get("code", name))
            columns.append(str(error.get("httpStatusCode", 500 if shape.get("fault") else 400)))
        for member_name, member in shape["members"].items():
            words = [f"{member_name}:{self.type(member['shape'])}"]
            if member_name in required:
                words.append("!")
            if shape.get("payload") == member_name:
                words.append("payload")
            columns.append(" ".join(words + self.attributes(member)))
        return columns

    def shape_line(self, name):
        shape = self.shapes[name]
        kind = shape["type"]
        limits = [number(shape.get("min")), number(shape.get("max"))]
        if kind == "structure":
            return self.structure(name, shape)
        if kind == "list":
            words = [self.type(shape["member"]["shape"])] + self.attributes(shape["member"])
            return ["list", name, *limits, " ".join(words)]
        if kind == "map":
            key, value = ([self.type(shape[part]["shape"])] + self.attributes(shape[part]) for part in ("key", "value"))
            return ["map", name, *limits, " ".join(key), " ".join(value)]
        if kind == "timestamp":
            return ["timestamp", name, shape.get("timestampFormat", "")]
        return [kind, name, *limits, "|".join(shape.get("enum", [])), escape(shape.get("pattern", ""))]

    def operation_line(self, name):
        operation = self.description["operations"][name]
        http = operation["http"]
        shapes = ["input", "output"]
        kinds = [self.type(operation[part]["shape"]) if part in operation else "" for part in shapes]
        wrapper = operation.get("output", {}).get("resultWrapper", "")
        auth = "none" if operation.get("authtype") == "none" else ""
        errors = " ".join(self.type(error["shape"]) for error in operation.get("errors", []))
        return ["op", name, http["method"], http["requestUri"], number(http.get("responseCode", 200)), *kinds, wrapper, auth, errors]

    def page_line(self, name):
        page = self.pages[name]

        def text(key):
            value = page.get(key, "")
            return ",".join(value) if isinstance(value, list) else value

        return ["page", name, text("input_token"), text("output_token"), text("limit_key"), text("result_key"), text("more_results")]

    def text(self):
        meta = self.description["metadata"]
        every = sorted(self.description["operations"])
        kept = sorted(SUBSETS[self.service].split()) if self.service in SUBSETS else every
        assert set(kept) <= set(every), set(kept) - set(every)
        lines = [["service", self.service, meta["protocol"], meta["apiVersion"], meta.get("jsonVersion", ""),
                  meta.get("targetPrefix", ""), meta.get("xmlNamespace", ""), meta.get("signingName", meta["endpointPrefix"])]]
        lines += [self.operation_line(name) for name in kept]
        others = [name for name in every if name not in set(kept)]
        lines += [["other", " ".join(others[start:start + 40])] for start in range(0, len(others), 40)]
        lines += [self.page_line(name) for name in kept if name in self.pages]
        index = 0
        while index < len(self.wanted):
            lines.append(self.shape_line(self.wanted[index]))
            index += 1
        return "\n".join("\t".join(line).rstrip("\t") for line in lines)


def main(directory):
    for service, swift in SERVICES.items():
        text = Model(service).text()
        assert '"""#' not in text
        body = "\n".join("        " + line for line in text.split("\n"))
        pathlib.Path(directory, f"{swift}Model.swift").write_text(
            f"// Generated by Tools/generate-aws-models.py from botocore {botocore.__version__}; do not edit.\n\n"
            f"extension ModelTexts {{\n    /// The model of `{service}`; the format is described at `ModelText`.\n"
            f'    static let {swift[0].lower() + swift[1:] if swift == "AutoScaling" else swift.lower()} = #"""\n{body}\n        """#\n}}\n')


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
