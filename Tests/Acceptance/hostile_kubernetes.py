"""Requests to a cluster's API: documents, patches, paths and queries, damaged."""
import base64, copy, json, ssl, urllib.parse

from bed import Failure
from hostile import DEEP, INTEGERS, REGION, WORDS, Wire

POD = {"containers": [{"name": "c", "image": "nginx", "ports": [{"containerPort": 80, "name": "web"}],
                       "resources": {"requests": {"cpu": "10m", "memory": "1Mi"}, "limits": {"cpu": "1", "memory": "1Gi"}},
                       "readinessProbe": {"httpGet": {"path": "/", "port": 80}, "initialDelaySeconds": 0, "periodSeconds": 10},
                       "env": [{"name": "A", "value": "b"}, {"name": "N", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}]}],
       "terminationGracePeriodSeconds": 0, "activeDeadlineSeconds": 600, "restartPolicy": "Always",
       "tolerations": [{"key": "a", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 5}],
       "topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "ScheduleAnyway",
                                      "labelSelector": {"matchLabels": {"app": "a"}}}],
       "affinity": {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [
           {"weight": 50, "preference": {"matchExpressions": [{"key": "x", "operator": "Gt", "values": ["5"]}]}}]},
           "podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [
               {"weight": 100, "podAffinityTerm": {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"app": "a"}}}}]}}}
TEMPLATE = {"metadata": {"labels": {"app": "a"}}, "spec": {**POD}}
for missing in ("activeDeadlineSeconds",):
    TEMPLATE["spec"].pop(missing)
REQUEST = ("LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIRk1HNENBUUF3RERFS01BZ0dBMVVFQXd3QllUQlpNQk1HQnlxR1NNNDlBZ0VHQ0NxR1NN"
           "NDlBd0VIQTBJQQpCR2VDT1NEZFNjUDRVR2hGY21YSEtUbjVuTVVIQ3BxKysra25uTkRhS3l0dnNvL3JpU29DYzFFaytnaHJPc0YrCnpqT1RlS21pMEhWd0Q5"
           "TjBzRkJnRWNXZ0FEQUtCZ2dxaGtqT1BRUURBZ05IQURCRUFpQWVsYzBMdWo5d2RyMEwKZkhoMlQyZWx3N2NBaHc2bDVMd21KaFRLQlZESWx3SWdBOHBKVXRs"
           "WWNGWkhRMGcxK3ExbGlXYkJONWlOSkJJcApLcXJRbEpGekZGbz0KLS0tLS1FTkQgQ0VSVElGSUNBVEUgUkVRVUVTVC0tLS0tCg==")
SELECTOR = {"matchLabels": {"app": "a"}}
NAMESPACED = {
    "v1/pods": {"spec": POD},
    "v1/services": {"spec": {"selector": {"app": "a"}, "type": "NodePort", "ports": [{"name": "web", "port": 80, "targetPort": 80, "nodePort": 30080}]}},
    "v1/configmaps": {"data": {"a": "b"}, "binaryData": {"c": "AAAA"}},
    "v1/secrets": {"data": {"a": "YWFh"}, "type": "Opaque"},
    "v1/serviceaccounts": {"automountServiceAccountToken": True},
    "v1/limitranges": {"spec": {"limits": [{"type": "Container", "default": {"cpu": "1"}, "defaultRequest": {"cpu": "1m"}, "max": {"cpu": "2"},
                                            "maxLimitRequestRatio": {"cpu": "1000"}}]}},
    "v1/resourcequotas": {"spec": {"hard": {"pods": "50", "requests.cpu": "9", "services.nodeports": "5", "count/configmaps": "90"}}},
    "v1/events": {"involvedObject": {"kind": "Pod", "name": "a", "namespace": "hostile"}, "count": 1, "reason": "a", "message": "b",
                  "firstTimestamp": "2026-01-01T00:00:00Z", "lastTimestamp": "2026-01-01T00:00:00Z"},
    "v1/endpoints": {"subsets": [{"addresses": [{"ip": "10.0.0.1"}], "ports": [{"port": 80}]}]},
    "v1/persistentvolumeclaims": {"spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}},
    "v1/replicationcontrollers": {"spec": {"replicas": 1, "selector": {"app": "a"}, "template": TEMPLATE}},
    "apps/v1/deployments": {"spec": {"replicas": 2, "selector": SELECTOR, "template": TEMPLATE, "minReadySeconds": 0, "revisionHistoryLimit": 2,
                                     "progressDeadlineSeconds": 600,
                                     "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": 1}}}},
    "apps/v1/replicasets": {"metadata": {"annotations": {"deployment.kubernetes.io/revision": "1", "deployment.kubernetes.io/max-replicas": "3",
                                                         "deployment.kubernetes.io/desired-replicas": "2"}, "labels": {"app": "a"}},
                            "spec": {"replicas": 1, "selector": SELECTOR, "template": TEMPLATE, "minReadySeconds": 0}},
    "apps/v1/daemonsets": {"spec": {"selector": SELECTOR, "template": TEMPLATE}},
    "apps/v1/statefulsets": {"spec": {"selector": SELECTOR, "template": TEMPLATE, "serviceName": "a", "replicas": 1}},
    "batch/v1/jobs": {"spec": {"completions": 1, "parallelism": 1, "backoffLimit": 1, "template": {"spec": {**TEMPLATE["spec"], "restartPolicy": "Never"}}}},
    "batch/v1/cronjobs": {"spec": {"schedule": "* * * * *", "jobTemplate": {"spec": {"template": {"spec": {**TEMPLATE["spec"], "restartPolicy": "Never"}}}}}},
    "policy/v1/poddisruptionbudgets": {"spec": {"selector": SELECTOR, "minAvailable": "50%"}},
    "autoscaling/v2/horizontalpodautoscalers": {"spec": {"scaleTargetRef": {"kind": "Deployment", "name": "a", "apiVersion": "apps/v1"}, "maxReplicas": 3,
                                                         "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 5}}}]}},
    "discovery.k8s.io/v1/endpointslices": {"addressType": "IPv4", "endpoints": [{"addresses": ["10.0.0.1"]}], "ports": [{"port": 80, "name": "a"}]},
    "coordination.k8s.io/v1/leases": {"spec": {"holderIdentity": "a", "leaseDurationSeconds": 5, "renewTime": "2026-01-01T00:00:00.000000Z"}},
    "networking.k8s.io/v1/ingresses": {"spec": {"rules": [{"host": "a.b", "http": {"paths": [
        {"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "a", "port": {"number": 80}}}}]}}]}},
    "networking.k8s.io/v1/networkpolicies": {"spec": {"podSelector": SELECTOR, "ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}], "ports": [{"port": 80, "endPort": 90}]}]}},
    "rbac.authorization.k8s.io/v1/roles": {"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]},
    "rbac.authorization.k8s.io/v1/rolebindings": {"roleRef": {"kind": "Role", "name": "a", "apiGroup": "rbac.authorization.k8s.io"},
                                                  "subjects": [{"kind": "User", "name": "u", "apiGroup": "rbac.authorization.k8s.io"}]},
    "authorization.k8s.io/v1/localsubjectaccessreviews": {"spec": {"user": "u", "resourceAttributes": {"namespace": "hostile", "verb": "get", "resource": "pods"}}},
}
CLUSTERED = {
    "v1/nodes": {"metadata": {"labels": {"x": "9"}}, "spec": {"podCIDR": "10.9.0.0/24", "taints": [
        {"key": "a", "effect": "NoExecute", "timeAdded": "2026-01-01T00:00:00Z"}]},
        "status": {"allocatable": {"cpu": "4", "memory": "8Gi", "pods": "110"}, "capacity": {"cpu": "4", "memory": "8Gi", "pods": "110"},
                   "conditions": [{"type": "Ready", "status": "True", "lastHeartbeatTime": "2026-01-01T00:00:00Z", "lastTransitionTime": "2026-01-01T00:00:00Z"}]}},
    "v1/namespaces": {"spec": {"finalizers": ["kubernetes"]}},
    "v1/persistentvolumes": {"spec": {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "hostPath": {"path": "/x"}}},
    "scheduling.k8s.io/v1/priorityclasses": {"value": 100, "globalDefault": False},
    "storage.k8s.io/v1/storageclasses": {"provisioner": "a.b/c"},
    "rbac.authorization.k8s.io/v1/clusterroles": {"rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["get"]}]},
    "apiextensions.k8s.io/v1/customresourcedefinitions": {"metadata": {"name": "foos.a.b"}, "spec": {
        "group": "a.b", "names": {"plural": "foos", "kind": "Foo"}, "scope": "Namespaced",
        "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {"type": "object"}}}]}},
    "certificates.k8s.io/v1/certificatesigningrequests": {"spec": {"request": REQUEST, "signerName": "a.b/c", "usages": ["client auth"], "expirationSeconds": 600}},
    "authorization.k8s.io/v1/subjectaccessreviews": {"spec": {"user": "u", "groups": ["g"], "resourceAttributes": {"namespace": "a", "verb": "get", "resource": "pods"}}},
    "authorization.k8s.io/v1/selfsubjectaccessreviews": {"spec": {"nonResourceAttributes": {"path": "/a", "verb": "get"}}},
    "authorization.k8s.io/v1/selfsubjectrulesreviews": {"spec": {"namespace": "a"}},
    "authentication.k8s.io/v1/tokenreviews": {"spec": {"token": "a.b.c", "audiences": ["a"]}},
}
STATUS = {"v1/pods": {"status": {"phase": "Running", "startTime": "2026-01-01T00:00:00Z", "containerStatuses": [
              {"name": "c", "restartCount": 1, "image": "nginx", "imageID": "", "ready": True, "state": {"running": {"startedAt": "2026-01-01T00:00:00Z"}}}],
              "conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"}]}},
          "apps/v1/deployments": {"status": {"replicas": 1, "collisionCount": 1, "observedGeneration": 1, "conditions": [
              {"type": "Progressing", "status": "True", "lastUpdateTime": "2026-01-01T00:00:00Z", "lastTransitionTime": "2026-01-01T00:00:00Z"}]}},
          "apps/v1/replicasets": {"status": {"replicas": 1, "availableReplicas": 1, "readyReplicas": 1, "observedGeneration": 1}},
          "policy/v1/poddisruptionbudgets": {"status": {"disruptionsAllowed": 1, "currentHealthy": 1, "desiredHealthy": 1, "expectedPods": 1,
                                                        "disruptedPods": {"a": "2026-01-01T00:00:00Z"}}},
          "v1/nodes": CLUSTERED["v1/nodes"], "v1/services": {"status": {"loadBalancer": {"ingress": [{"ip": "1.2.3.4"}]}}}}
PARTS = {"scale": {"apiVersion": "autoscaling/v1", "kind": "Scale", "spec": {"replicas": 1}},
         "eviction": {"apiVersion": "policy/v1", "kind": "Eviction", "deleteOptions": {"gracePeriodSeconds": 5, "preconditions": {"uid": "a"}}},
         "binding": {"apiVersion": "v1", "kind": "Binding", "target": {"kind": "Node", "name": "a"}},
         "token": {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"audiences": ["a"], "expirationSeconds": 600}},
         "finalize": {"apiVersion": "v1", "kind": "Namespace", "spec": {"finalizers": []}}}
QUERY = ("limit", "continue", "resourceVersion", "resourceVersionMatch", "labelSelector", "fieldSelector", "timeoutSeconds", "dryRun", "fieldValidation",
         "gracePeriodSeconds", "propagationPolicy", "pretty", "sendInitialEvents", "allowWatchBookmarks", "fieldManager", "includeObject", "timeout")
ACCEPT = ("application/json", "application/json;as=Table;v=v1;g=meta.k8s.io,application/json", "application/vnd.kubernetes.protobuf", "application/yaml",
          "*/*", "text/plain", "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io", "application/json;as=;;=;v", "")
# Internal errors that upstream gives too.
AS_UPSTREAM = (b"more than one PodDisruptionBudget", b"unknown patch type: ")
PATCHES = ("application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json", "application/apply-patch+yaml", "text/x")
POINTERS = ("", "/", "/spec", "/spec/replicas", "/spec/template/spec/containers/-1", "/spec/template/spec/containers/0", "/spec/template/spec/containers/-",
            "/spec/template/spec/containers/1000000000000000000", "/spec/template/spec/containers/99999999999999999999", "/metadata/labels/a~1b", "/a~2b/~",
            "/metadata/annotations/~0", "/spec/ports/-2147483648", "/metadata", "no", "/" * 500, "/spec/containers/0/image", "/metadata/finalizers/-")


class Kubernetes:
    """Steps through the kinds, their parts and their ways of being written."""

    def __init__(self, bed, hostile):
        self.bed, self.hostile = bed, hostile
        cluster = bed.json(f"aws eks describe-cluster --name hostile --region {REGION}")["cluster"]
        authority = base64.b64decode(cluster["certificateAuthority"]["data"]).decode()
        self.token = bed.json(f"aws eks get-token --cluster-name hostile --region {REGION}")["status"]["token"]
        parts = urllib.parse.urlsplit(cluster["endpoint"])
        self.host = parts.netloc
        self.wire = Wire(parts.hostname, parts.port, ssl.create_default_context(cadata=authority))
        self.send("POST", "/api/v1/namespaces", {"metadata": {"name": "hostile"}})
        self.kinds = {}
        for path in {self.group(key) for key in {**NAMESPACED, **CLUSTERED}}:
            for resource in json.loads(self.exchange("GET", path, {}, None)[1]).get("resources", []):
                self.kinds[path + "/" + resource["name"]] = resource["kind"]
        self.bodies = []

    @staticmethod
    def group(key):
        return ("/api/" if key.startswith("v1/") else "/apis/") + key.rsplit("/", 1)[0]

    def exchange(self, method, target, headers, body):
        headers = {"Host": self.host, "Authorization": "Bearer " + self.token, "Accept": "application/json", **headers}
        return self.wire.send(method, target, headers, body)

    def send(self, method, target, body, type="application/json", accept="application/json"):
        """Sends a body, or a document, and checks that the answer is one of Kubernetes."""
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body, ensure_ascii=self.hostile.random.random() < 0.5).encode(errors="replace")
        headers = {"Accept": accept} | ({"Content-Type": type} if body is not None else {})
        status, data = self.exchange(method, target, headers, body)
        what = f"{status} {data[:600]!r}\n{self.wire.recent[-1]}"
        if status >= 500 and status not in (501, 503, 504) and not any(text in data for text in AS_UPSTREAM):
            raise Failure(what)
        if status >= 400:
            try:
                answer = json.loads(data) if data[:4] != b"k8s\0" else {"kind": "Status", "code": status}
            except ValueError:
                answer = None
            if accept != "application/yaml" and b"kind: Status" not in data and (not isinstance(answer, dict) or answer.get("kind") != "Status" or answer.get("code") != status):
                raise Failure("no Status: " + what)
        return status, data

    def query(self):
        pick = self.hostile.random
        if pick.random() < 0.6:
            return ""
        words = WORDS + [str(number) for number in INTEGERS] + ["Background", "Foreground", "All", "Strict", "spec.nodeName=a", "metadata.name!=a", "a in (b,c),!d", "a>5"]
        items = [(pick.choice(QUERY), pick.choice(words)) for _ in range(pick.choice([1, 1, 2, 4]))]
        return "?" + (urllib.parse.urlencode(items) if pick.random() < 0.9 else "&".join(pick.choice(["%", "%zz", "a=%00", "=", "limit=+5", "x" * 3000]) for _ in items))

    def path(self, key, name=None, part=None):
        plural = key.rsplit("/", 1)[1]
        space = "/namespaces/hostile" if key in NAMESPACED else ""
        return f"{self.group(key)}{space}/{plural}" + (f"/{name}" if name else "") + (f"/{part}" if part else "")

    def step(self):
        pick = self.hostile.random
        key = pick.choice(list(NAMESPACED) * 2 + list(CLUSTERED) + ["apps/v1/deployments", "v1/pods", "apps/v1/replicasets"] * 4)
        base = copy.deepcopy({**NAMESPACED, **CLUSTERED}[key])
        base = {"apiVersion": key.rsplit("/", 1)[0], "kind": self.kinds.get(self.group(key) + "/" + key.rsplit("/", 1)[1], "X"), **base}
        base.setdefault("metadata", {}).setdefault("name", pick.choice(["a", "b", "c", "d"]))
        name = base["metadata"]["name"]
        accept = pick.choice(ACCEPT) if pick.random() < 0.25 else "application/json"
        getattr(self, pick.choice(["create"] * 6 + ["replace"] * 3 + ["patch"] * 5 + ["status"] * 4 + ["part"] * 3 + ["read"] * 4 + ["delete"] * 2 + ["odd", "raw"]))(
            key, name, base, accept)

    def document(self, base):
        return self.hostile.mutated(base) if self.hostile.random.random() < 0.8 else base

    def kept(self, value, seen=None):
        """Not so many pods that the test takes its time."""
        if isinstance(value, dict):
            for name in ("replicas", "parallelism"):
                if isinstance(value.get(name), int) and value[name] > 50:
                    value[name] = self.hostile.random.choice([3, 2**31, 2**63])
            for item in value.values():
                self.kept(item)
        elif isinstance(value, list) and value is not DEEP:
            for item in value[:50]:
                self.kept(item)
        return value

    def create(self, key, name, base, accept):
        document = self.kept(self.document(base))
        if self.hostile.random.random() < 0.1 and isinstance(document, dict) and isinstance(document.get("metadata"), dict):
            document["metadata"].pop("name", None)
            document["metadata"]["generateName"] = self.hostile.random.choice(["g-", "A", "a" * 300, ""])
        extra = {"metadata": {"generation": 2**63 - 1, "deletionGracePeriodSeconds": 2**63 - 1, "creationTimestamp": "1700-01-01T00:00:00Z",
                              "finalizers": ["a.b/c"], "ownerReferences": [{"apiVersion": "v1", "kind": "Pod", "name": "a", "uid": "1", "controller": True}]}}
        if self.hostile.random.random() < 0.15 and isinstance(document, dict) and isinstance(document.get("metadata"), dict):
            document["metadata"].update(extra["metadata"])
        self.send("POST", self.path(key) + self.query(), document, accept=accept)

    def replace(self, key, name, base, accept):
        status, data = self.send("GET", self.path(key, name), None)
        if status == 200:
            base = json.loads(data)
        self.send("PUT", self.path(key, name) + self.query(), self.kept(self.document(base)), accept=accept)

    def status(self, key, name, base, accept):
        key = self.hostile.random.choice(list(STATUS))
        status, data = self.send("GET", self.path(key, name), None)
        if status == 200:
            document = json.loads(data)
            document.update(STATUS[key])
            self.send("PUT", self.path(key, name, "status"), self.kept(self.hostile.mutated(document)))
            self.send("PATCH", self.path(key, name, "status"), self.kept(self.hostile.mutated(STATUS[key])), type=self.hostile.random.choice(PATCHES[1:3]))

    def part(self, key, name, base, accept):
        pick = self.hostile.random
        part, document = pick.choice(list(PARTS.items()))
        key = {"scale": "apps/v1/deployments", "token": "v1/serviceaccounts", "finalize": "v1/namespaces"}.get(part, "v1/pods")
        document = self.kept(self.hostile.mutated(document))
        self.send("PUT" if part in ("scale", "finalize") else "POST", self.path(key, pick.choice([name, "default"]), part) + self.query(), document)

    def patch(self, key, name, base, accept):
        pick = self.hostile.random
        type = pick.choice(PATCHES)
        if type.startswith("application/json-patch"):
            body = [{"op": pick.choice(["add", "remove", "replace", "test", "move", "copy", "x"]), "path": pick.choice(POINTERS), "from": pick.choice(POINTERS),
                     "value": self.hostile.value()} for _ in range(pick.choice([1, 2, 3]))]
            if pick.random() < 0.3:
                body = self.hostile.mutated(body)
        else:
            body = self.hostile.mutated({key: value for key, value in base.items() if key not in ("apiVersion", "kind")})
            directive = pick.choice([("$patch", "delete"), ("$patch", 5), ("$patch", "x"), ("$retainKeys", ["a"]), ("$retainKeys", 5),
                                     ("$setElementOrder/containers", [{"name": "c"}, 5]), ("$setElementOrder/ports", {}), ("$deleteFromPrimitiveList/finalizers", [1, None])])
            places = [path for path in self.hostile.places(body)]
            at = body
            for step in pick.choice(places):
                at = at[step]
            if isinstance(at, dict):
                at[directive[0]] = directive[1]
            elif isinstance(at, list):
                at.append({directive[0]: directive[1]})
        self.send("PATCH", self.path(key, name) + self.query(), self.kept(body), type=type, accept=accept)

    def read(self, key, name, base, accept):
        pick = self.hostile.random
        query = self.query()
        if "watch" not in query and pick.random() < 0.15:
            query += ("&" if query else "?") + "watch=true&timeoutSeconds=1"
            if "timeoutSeconds" in query.replace("&timeoutSeconds=1", "") or pick.random() < 0.8:
                return
        self.send("GET", self.path(key, pick.choice([None, None, name])) + query, None, accept=accept)

    def delete(self, key, name, base, accept):
        pick = self.hostile.random
        options = self.hostile.mutated({"kind": "DeleteOptions", "apiVersion": "v1", "gracePeriodSeconds": 1, "propagationPolicy": "Background",
                                        "preconditions": {"uid": "a", "resourceVersion": "1"}, "orphanDependents": True, "dryRun": ["All"]})
        if isinstance(options, dict) and pick.random() < 0.8:
            options.pop("preconditions", None)
            options.pop("dryRun", None)
        self.send("DELETE", self.path(key, pick.choice([name, name, name, None]) if key in NAMESPACED else self.path(key, name).rsplit("/", 1)[1]) + self.query(),
                  pick.choice([None, options]))

    def odd(self, key, name, base, accept):
        """Odd paths."""
        pick = self.hostile.random
        parts = self.path(key, name).split("/")
        for _ in range(pick.choice([1, 2])):
            parts[pick.randrange(1, len(parts))] = pick.choice(["", "..", "%2e%2e", "%2F", "%00", "%", "%zz", "%f0%9f", "watch", "proxy", "namespaces", "v9", "a" * 4000,
                                                               urllib.parse.quote(pick.choice(WORDS), safe="")])
        target = "/".join(parts) + self.query()
        status, data = self.exchange(pick.choice(["GET", "GET", "POST", "PUT", "DELETE", "OPTIONS", "PURGE"]), target, {}, None)
        if status >= 500 and status != 501:
            raise Failure(f"{status} {data[:300]!r}\n{self.wire.recent[-1]}")

    def raw(self, key, name, base, accept):
        """Bodies that are no documents, and documents of other types than they say."""
        pick = self.hostile.random
        status, data = self.exchange("GET", self.path(pick.choice(["v1/pods", "apps/v1/deployments", "v1/services", "v1/nodes"])),
                                     {"Accept": "application/vnd.kubernetes.protobuf"}, None)
        yaml = b"apiVersion: v1\nkind: ConfigMap\nmetadata: &a\n  name: y\ndata: {a: *a, b: [1, !!binary AAAA], ? x : |\n   5}\n--- \n%TAG ! x\n"
        bodies = [data, b"k8s\0" + data[4:], b"k8s\0", json.dumps(base).encode(), yaml, b"a: " + b"[" * 5000, b"[" * 100000, b'{"a":' * 20000, b"\xff\xfe\x00", b"",
                  b"1" * 5000, b'{"metadata":{"name":"n","name":"m"}}', b'"\\ud800"', b"&a [*a]", b"a: &a [b]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c]"]
        body = pick.choice(bodies)
        if pick.random() < 0.7:
            body = self.hostile.bytes(body)
        type = pick.choice(["application/json", "application/yaml", "application/vnd.kubernetes.protobuf", "application/vnd.kubernetes.protobuf", "text/plain", "a;b;c", ""])
        self.send(pick.choice(["POST", "POST", "PUT"]), self.path(key, None) if pick.random() < 0.5 else self.path(key, name), body, type=type)
