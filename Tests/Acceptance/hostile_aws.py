"""Signed requests to the region's endpoint, made by botocore and then damaged."""
import http.client, json, re, urllib.parse

from bed import Failure
from hostile import INTEGERS, REGION, WORDS, Wire


class AWS:
    """Steps through every operation of the region's services."""
    services = ("eks", "ec2", "iam", "sts", "autoscaling")
    needs_care = {"DeleteUser", "DeleteAccessKey", "UpdateAccessKey"}

    def __init__(self, bed, hostile):
        import botocore.session, botocore.serialize
        from botocore.auth import SigV4Auth, S3SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials
        self.hostile, self.request, self.signer = hostile, AWSRequest, SigV4Auth
        endpoint = bed.call("aws", "configure", "get", "endpoint_url").stdout.strip()
        keys = [bed.call("aws", "configure", "get", name).stdout.strip() for name in ("aws_access_key_id", "aws_secret_access_key")]
        self.credentials = Credentials(*keys)
        parts = urllib.parse.urlsplit(endpoint)
        self.host, self.wire = parts.netloc, Wire(parts.hostname, parts.port)
        session = botocore.session.Session()
        self.private = {keys[0], "admin"}
        self.operations = []
        for name in self.services:
            model = session.get_service_model(name)
            serializer = botocore.serialize.create_serializer(model.metadata["protocol"], include_validation=False)
            for operation in model.operation_names:
                if operation not in self.needs_care:
                    self.operations.append((name, model.operation_model(operation), serializer))
        known = {}
        for entry in self.operations:
            if entry[0] in ("ec2", "iam", "autoscaling"):
                answer = self.exchange(entry[0], entry[2].serialize_to_request({}, entry[1]))
                known[entry[1].name] = answer[0] == 501 or b"InvalidAction" in answer[1]
        self.operations = [entry for entry in self.operations if not known.get(entry[1].name)]

    def sane(self, shape, depth=0, name=""):
        """An input that the model allows, more or less."""
        pick = self.hostile.random
        kind = shape.type_name
        if kind == "structure":
            wanted = [key for key in shape.members if key in shape.required_members or pick.random() < (0.4 if depth < 3 else 0.1)]
            return {key: self.sane(shape.members[key], depth + 1, key) for key in wanted if key != "DryRun"} if depth < 7 else {}
        if kind == "list":
            return [self.sane(shape.member, depth + 1, name) for _ in range(pick.choice([0, 1, 1, 2]))]
        if kind == "map":
            return {pick.choice(["a", "Name", "k8s.io/x"]): self.sane(shape.value, depth + 1)}
        if kind == "string":
            if shape.enum:
                return pick.choice(shape.enum)
            lower = name.lower()
            if "cidr" in lower:
                return pick.choice(["10.0.0.0/16", "10.0.1.0/24", "0.0.0.0/0", "10.0.0.0/8", "192.168.0.0/30", "255.255.255.255/16", "10.0.0.0/28"])
            if "document" in lower:
                return '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}'
            suited = [word for word in self.hostile.pool if any(part in lower for part in (word.split("-")[0],)) or ("arn" in lower) == word.startswith("arn")]
            return pick.choice(suited) if suited and pick.random() < 0.8 else pick.choice(["hostile", "x1", "t3.small", "us-east-2a", "a"])
        if kind in ("integer", "long"):
            return pick.choice([1, 2] if re.search("count|size|capacity", name.lower()) else [1, 2, 5, 443, 3600])
        if kind in ("float", "double"):
            return 0.5
        if kind == "boolean":
            return pick.random() < 0.5
        if kind == "timestamp":
            return 1800000000
        return b"blob"

    def exchange(self, service, made):
        """Signs and sends what a serializer made."""
        body = made.get("body") or b""
        if isinstance(body, dict):
            body = urllib.parse.urlencode(body).encode()
        if isinstance(body, str):
            body = body.encode()
        path = made["url_path"]
        query = made.get("query_string") or {}
        query = urllib.parse.urlencode(query, doseq=True) if isinstance(query, dict) else query
        url = f"http://{self.host}{path}" + (f"?{query}" if query else "")
        request = self.request(method=made["method"], url=url, data=body, headers={key: value for key, value in made["headers"].items()})
        self.signer(self.credentials, service, REGION).add_auth(request)
        headers = {name: str(value) for name, value in request.headers.items()}
        headers["Host"] = self.host
        return self.wire.send(made["method"], url[len(f"http://{self.host}"):], headers, body)

    def step(self):
        pick = self.hostile.random
        service, operation, serializer = pick.choice(self.operations)
        try:
            made = serializer.serialize_to_request(self.sane(operation.input_shape) if operation.input_shape else {}, operation)
        except Exception:
            return
        if pick.random() < 0.75:
            self.damage(made)
        try:
            status, body = self.exchange(service, made)
        except (UnicodeError, ValueError, http.client.InvalidURL):
            return
        text = body.decode(errors="replace")
        what = f"{service} {operation.name}: {status} {text[:600]}\n{self.wire.recent[-1]}"
        if status >= 500 and not (status == 501 or "not supported yet" in text):
            raise Failure(what)
        if status >= 300 and not re.search(r"<Code>\w[\w.]*</Code>|\"(message|Message|__type)\"", text):
            raise Failure("no error of AWS's shape: " + what)
        for found in re.findall(r"\b(?:vpc|subnet|sg|i|igw|rtb|nat|eni|lt|ami|eipalloc|rtbassoc|key)-[0-9a-f]{8,17}\b|arn:aws:[\w:/.-]+", text):
            if not any(secret in found for secret in self.private):
                self.hostile.pool.append(found)
        del self.hostile.pool[:-300]

    def damage(self, made):
        pick, hostile = self.hostile.random, self.hostile
        body = made.get("body")
        if isinstance(body, dict):
            for _ in range(pick.choice([1, 1, 2])):
                key = pick.choice([key for key in body if key not in ("Action", "Version")] or ["X"])
                choice = pick.random()
                if choice < 0.15:
                    body.pop(key, None)
                elif choice < 0.25:
                    body[re.sub(r"\d+", lambda _: str(pick.choice(INTEGERS)), key) + pick.choice(["", ".1", ".", ".0", ".-1", ".99999999999999999999"])] = "x"
                elif choice < 0.4:
                    body[pick.choice(["MaxResults", "NextToken", "Marker", "MaxItems", "MaxRecords", "Filter.1.Name", "Filter.1.Value.1"])] = \
                        str(pick.choice(INTEGERS + WORDS))
                else:
                    body[key] = str(hostile.value())
            return
        if body:
            choice = pick.random()
            if choice < 0.8:
                document = hostile.mutated(json.loads(body))
                try:
                    body = json.dumps(document, ensure_ascii=pick.random() < 0.5).encode()
                except UnicodeEncodeError:
                    return
            if choice > 0.75:
                body = hostile.bytes(body)
            made["body"] = body
        elif isinstance(made.get("query_string"), dict) and pick.random() < 0.7:
            made["query_string"][pick.choice(list(made["query_string"]) + ["maxResults", "nextToken", "tagKeys", "include"])] = str(hostile.value())
        else:
            parts = made["url_path"].split("/")
            parts[pick.randrange(len(parts))] = urllib.parse.quote(str(hostile.value()), safe="")
            made["url_path"] = "/".join(parts) or "/"
            if not made["url_path"].startswith("/"):
                made["url_path"] = "/" + made["url_path"]
