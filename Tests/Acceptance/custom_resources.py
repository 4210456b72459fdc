"""Custom resources by kubectl, unmodified: definitions as operators bring them, on a cluster of their own."""
import json, os

from bed import eventually, expect, within

BACKUPS = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: backups.storage.example.com}
spec:
  group: storage.example.com
  scope: Namespaced
  names: {plural: backups, singular: backup, kind: Backup, shortNames: [bk], categories: [all]}
  versions:
  - name: v1
    served: true
    storage: true
    subresources:
      status: {}
      scale: {specReplicasPath: .spec.workers, statusReplicasPath: .status.workers, labelSelectorPath: .status.selector}
    additionalPrinterColumns:
    - {name: Schedule, type: string, jsonPath: .spec.schedule}
    - {name: Workers, type: integer, jsonPath: .spec.workers}
    - {name: Ready, type: string, jsonPath: '.status.conditions[?(@.type=="Ready")].status'}
    - {name: Store, type: string, jsonPath: .spec.store, priority: 1}
    - {name: Age, type: date, jsonPath: .metadata.creationTimestamp}
    schema:
      openAPIV3Schema:
        type: object
        description: Backup copies what a claim holds, again and again.
        required: [spec]
        properties:
          spec:
            type: object
            required: [schedule]
            properties:
              schedule: {type: string, pattern: '^(\\S+\\s+){4}\\S+$', description: 'When to copy, as cron says it.'}
              workers: {type: integer, format: int32, minimum: 1, default: 1}
              store: {type: string, enum: [Local, Remote], default: Local}
              keep: {x-kubernetes-int-or-string: true}
              labels: {type: object, additionalProperties: {type: string}}
              targets:
                type: array
                x-kubernetes-list-type: map
                x-kubernetes-list-map-keys: [claim]
                items:
                  type: object
                  required: [claim]
                  properties: {claim: {type: string}, path: {type: string, default: /}}
              template: {type: object, x-kubernetes-preserve-unknown-fields: true, x-kubernetes-embedded-resource: true}
          status:
            type: object
            properties:
              workers: {type: integer}
              selector: {type: string}
              conditions:
                type: array
                items: {type: object, properties: {type: {type: string}, status: {type: string}}}
"""

ISSUERS = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: issuers.certs.example.com}
spec:
  group: certs.example.com
  scope: Cluster
  names: {plural: issuers, kind: Issuer}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
              selfSigned: {type: object}
              vault: {type: object, properties: {server: {type: string, format: uri}}, required: [server]}
            oneOf: [{required: [selfSigned]}, {required: [vault]}]
  - name: v1beta1
    served: true
    storage: false
    deprecated: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
"""

NIGHTLY = """
apiVersion: storage.example.com/v1
kind: Backup
metadata: {name: nightly}
spec:
  schedule: "0 3 * * *"
  keep: 50%
  targets: [{claim: data}]
  template: {apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {level: "3"}}
"""


def kubectl(bed, line, fails=False, **options):
    env = dict(bed.env, KUBECONFIG=os.path.join(bed.folder, "custom.kubeconfig"))
    return (bed.error if fails else bed.out)("kubectl " + line, env=env, **options)


def definitions_are_established(bed):
    bed.out("eyrie create cluster --name custom --region eu-west-1 --nodes 1 --write-kubeconfig=false", timeout=240)
    bed.out("eyrie utils write-kubeconfig --cluster custom --region eu-west-1 --kubeconfig " + os.path.join(bed.folder, "custom.kubeconfig"))
    kubectl(bed, "apply -f -", stdin=BACKUPS + "---" + ISSUERS)
    within(kubectl(bed, "wait --for=condition=Established crd/backups.storage.example.com crd/issuers.certs.example.com --timeout=20s"),
           "backups.storage.example.com condition met", "issuers.certs.example.com condition met")
    within(kubectl(bed, "api-resources --api-group=storage.example.com"), "backups", "bk", "storage.example.com/v1", "true", "Backup")
    within(kubectl(bed, "api-versions"), "certs.example.com/v1\n", "certs.example.com/v1beta1")


def documents_are_shown_in_columns(bed):
    within(kubectl(bed, "apply -f -", stdin=NIGHTLY), "backup.storage.example.com/nightly created")
    within(kubectl(bed, "apply -f -", stdin=NIGHTLY), "backup.storage.example.com/nightly")
    text = kubectl(bed, "get bk")
    within(text, "NAME", "SCHEDULE", "WORKERS", "READY", "AGE", "nightly", "0 3 * * *")
    expect("STORE" not in text, text)
    within(kubectl(bed, "get backups -o wide"), "STORE", "Local")
    within(kubectl(bed, "get all"), "backup.storage.example.com/nightly")
    spec = json.loads(kubectl(bed, "get backup nightly -o json"))["spec"]
    expect(spec["workers"] == 1 and spec["targets"] == [{"claim": "data", "path": "/"}], str(spec))
    within(kubectl(bed, "describe backup nightly"), "Schedule:", "0 3 * * *")
    patch = '{"status":{"conditions":[{"type":"Ready","status":"True"}]}}'
    kubectl(bed, f"patch backup nightly --subresource=status --type=merge -p {patch}")
    within(kubectl(bed, "get backup nightly --no-headers"), "True")


def the_schema_is_explained(bed):
    within(kubectl(bed, "explain backup"), "GROUP:", "storage.example.com", "Backup copies what a claim holds", "spec")
    within(kubectl(bed, "explain backup.spec.schedule"), "FIELD: schedule <string>", "When to copy, as cron says it.")
    within(kubectl(bed, "explain backup.spec.targets"), "<[]Object>", "claim", "path")


def wrong_documents_are_refused(bed):
    within(kubectl(bed, "apply -f -", fails=True, stdin=NIGHTLY.replace("0 3 * * *", "daily")),
           'The Backup "nightly" is invalid: spec.schedule: Invalid value: "daily": spec.schedule in body should match')
    within(kubectl(bed, "apply -f -", fails=True, stdin=NIGHTLY.replace("keep:", "keeps:")), 'unknown field "spec.keeps"')
    within(kubectl(bed, "patch backup nightly --type=strategic -p {}", fails=True), "strategic-merge-patch+json is not supported by storage.example.com/v1, Kind=Backup")
    issuer = "apiVersion: certs.example.com/v1\nkind: Issuer\nmetadata: {name: mine}\nspec: {}\n"
    within(kubectl(bed, "create -f -", fails=True, stdin=issuer), "must validate one and only one schema (oneOf). Found none valid")
    within(kubectl(bed, "create -f -", stdin=issuer.replace("{}", "{selfSigned: {}}")), "issuer.certs.example.com/mine created")
    rules = BACKUPS.replace("type: object\n            required: [schedule]", "type: object\n            x-kubernetes-validations: [{rule: 'true'}]")
    within(kubectl(bed, "apply -f -", fails=True, stdin=rules), "x-kubernetes-validations: Forbidden", "CEL")


def versions_show_the_same_document(bed):
    old = kubectl(bed, "get issuers.v1beta1.certs.example.com mine -o jsonpath={.apiVersion}")
    expect(old == "certs.example.com/v1beta1", old)
    within(kubectl(bed, "get issuers mine -o jsonpath={.apiVersion}"), "certs.example.com/v1")


def scale_follows_the_definition(bed):
    within(kubectl(bed, "scale backup nightly --replicas=3"), "backup.storage.example.com/nightly scaled")
    expect(kubectl(bed, "get backup nightly -o jsonpath={.spec.workers}") == "3", kubectl(bed, "get backup nightly -o yaml"))
    expect(kubectl(bed, "get backup nightly -o jsonpath={.metadata.generation}") == "2", "no new generation")


def appliers_share_a_document(bed):
    weekly = "apiVersion: storage.example.com/v1\nkind: Backup\nmetadata: {name: weekly}\nspec: {schedule: 0 5 * * 1, targets: [{claim: data}]}\n"
    kubectl(bed, "apply --server-side -f -", stdin=weekly)
    other = weekly.replace("schedule: 0 5 * * 1, ", "").replace("claim: data", "claim: logs")
    kubectl(bed, "apply --server-side --field-manager=logs -f -", stdin=other)
    claims = kubectl(bed, "get backup weekly -o jsonpath={.spec.targets[*].claim}")
    expect(claims == "data logs", claims)
    taken = weekly.replace("0 5", "0 6").replace("claim: data", "claim: logs")
    within(kubectl(bed, "apply --server-side --field-manager=logs -f -", fails=True, stdin=taken), "conflict", ".spec.schedule")


def all_is_there_after_a_restart(bed):
    bed.kill()
    bed.start()
    eventually(lambda: bed.call("kubectl", "get", "--raw", "/readyz", check=False,
                                env=dict(bed.env, KUBECONFIG=os.path.join(bed.folder, "custom.kubeconfig"))).returncode == 0, "the cluster is not back")
    within(kubectl(bed, "get backups"), "nightly")
    within(kubectl(bed, "get issuers"), "mine")


def a_namespace_takes_its_documents_along(bed):
    kubectl(bed, "create namespace passing")
    kubectl(bed, "apply -n passing -f -", stdin=NIGHTLY)
    kubectl(bed, "delete namespace passing --timeout=30s")
    expect("passing" not in kubectl(bed, "get backups -A"), "the document outlived its namespace")


def a_definition_takes_its_documents_along(bed):
    within(kubectl(bed, "delete crd backups.storage.example.com --timeout=30s"), "deleted")
    within(kubectl(bed, "get backups", fails=True), "the server could not find the requested resource")
    kubectl(bed, "apply -f -", stdin=BACKUPS)
    kubectl(bed, "wait --for=condition=Established crd/backups.storage.example.com --timeout=20s")
    within(bed.call("kubectl", "get", "backups", env=dict(bed.env, KUBECONFIG=os.path.join(bed.folder, "custom.kubeconfig"))).stderr,
           "No resources found in default namespace.")
    bed.out("eyrie delete cluster --name custom --region eu-west-1")


tests = [definitions_are_established, documents_are_shown_in_columns, the_schema_is_explained, wrong_documents_are_refused,
         versions_show_the_same_document, scale_follows_the_definition, appliers_share_a_document, all_is_there_after_a_restart,
         a_namespace_takes_its_documents_along, a_definition_takes_its_documents_along]
