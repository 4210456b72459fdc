import Documents
import Testing

@testable import KubeModel

/// What users write every day passes strictly, through defaults and validation.
@Suite struct ManifestTests {
    @Test func everydayManifestsPass() throws {
        let documents = try YAML.parse(manifests)
        #expect(documents.count == 17)
        for document in documents {
            let (apiVersion, name) = (document["apiVersion"].string ?? "", document["kind"].string ?? "")
            let kind = try #require(KindTable.kubernetes.find(apiVersion: apiVersion, kind: name), "\(apiVersion) \(name)")
            var value = try Schema.kubernetes.check(document, as: kind, mode: .strict).value
            if kind.namespaced { value["metadata"]["namespace"] = "default" }
            Defaulting.apply(kind, to: &value)
            #expect(Validation.validate(kind, value).map(\.description) == [], "\(name)")
            #expect(Validation.validate(kind, value, old: value).map(\.description) == [], "\(name) unchanged")
            #expect(try Schema.kubernetes.check(value, as: kind, mode: .strict).value == value, "\(name) again")
        }
    }
}

private let manifests = """
    apiVersion: v1
    kind: Namespace
    metadata: {name: shop}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web, labels: {app.kubernetes.io/name: web}}
    spec:
      replicas: 3
      selector: {matchLabels: {app: web}}
      strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}
      template:
        metadata: {labels: {app: web}, annotations: {prometheus.io/scrape: "true"}}
        spec:
          serviceAccountName: web
          securityContext: {runAsNonRoot: true, fsGroup: 2000}
          initContainers:
          - {name: wait, image: busybox, command: [sh, -c, "sleep 1"]}
          - {name: proxy, image: "proxy:1", restartPolicy: Always, startupProbe: {tcpSocket: {port: 80}}}
          containers:
          - name: web
            image: nginx:1.27
            ports: [{name: http, containerPort: 80}]
            env:
            - {name: A, value: b}
            - {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
            - {name: KEY, valueFrom: {secretKeyRef: {name: s, key: k}}}
            envFrom: [{configMapRef: {name: settings}}]
            resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {cpu: 1, memory: 128Mi, nvidia.com/gpu: 1}}
            livenessProbe: {httpGet: {path: /healthz, port: http}}
            readinessProbe: {exec: {command: ["true"]}, periodSeconds: 5}
            lifecycle: {preStop: {exec: {command: [sleep, "5"]}}}
            volumeMounts: [{name: data, mountPath: /data}, {name: config, mountPath: /etc/web, readOnly: true}]
          volumes:
          - {name: data, emptyDir: {}}
          - {name: config, configMap: {name: settings}}
          tolerations: [{key: dedicated, operator: Equal, value: web, effect: NoSchedule}, {operator: Exists}]
          topologySpreadConstraints:
          - {maxSkew: 1, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {app: web}}}
          affinity:
            nodeAffinity:
              requiredDuringSchedulingIgnoredDuringExecution:
                nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/os, operator: In, values: [linux]}]}]
            podAntiAffinity:
              preferredDuringSchedulingIgnoredDuringExecution:
              - {weight: 100, podAffinityTerm: {topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: web}}}}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: web}
    spec: {type: LoadBalancer, selector: {app: web}, ports: [{name: http, port: 80, targetPort: http}, {name: dns, port: 53, protocol: UDP}]}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: db}
    spec: {clusterIP: None, selector: {app: db}, ports: [{port: 3306}]}
    ---
    apiVersion: apps/v1
    kind: StatefulSet
    metadata: {name: db}
    spec:
      serviceName: db
      replicas: 2
      selector: {matchLabels: {app: db}}
      template:
        metadata: {labels: {app: db}}
        spec: {containers: [{name: db, image: "mysql:8", volumeMounts: [{name: data, mountPath: /var/lib/mysql}]}], volumes: [{name: data}]}
      volumeClaimTemplates:
      - metadata: {name: data}
        spec: {accessModes: [ReadWriteOnce], storageClassName: gp3, resources: {requests: {storage: 10Gi}}}
    ---
    apiVersion: apps/v1
    kind: DaemonSet
    metadata: {name: agent}
    spec:
      selector: {matchLabels: {app: agent}}
      template:
        metadata: {labels: {app: agent}}
        spec:
          hostNetwork: true
          containers: [{name: agent, image: agent, ports: [{containerPort: 9100, hostPort: 9100}], securityContext: {privileged: true}}]
          volumes: [{name: root, hostPath: {path: /}}]
    ---
    apiVersion: batch/v1
    kind: Job
    metadata: {name: pi}
    spec: {backoffLimit: 4, template: {spec: {restartPolicy: Never, containers: [{name: pi, image: "perl:5", command: [perl, -e, "1"]}]}}}
    ---
    apiVersion: batch/v1
    kind: CronJob
    metadata: {name: hello}
    spec:
      schedule: "*/5 * * * *"
      jobTemplate: {spec: {template: {spec: {restartPolicy: OnFailure, containers: [{name: hello, image: busybox}]}}}}
    ---
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {name: web}
    spec:
      ingressClassName: alb
      rules: [{host: "*.example.com", http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]
    ---
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata: {name: deny}
    spec: {podSelector: {}, ingress: [{from: [{namespaceSelector: {}}], ports: [{port: 80}]}]}
    ---
    apiVersion: autoscaling/v2
    kind: HorizontalPodAutoscaler
    metadata: {name: web}
    spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}, maxReplicas: 5, behavior: {scaleDown: {stabilizationWindowSeconds: 60}}}
    ---
    apiVersion: policy/v1
    kind: PodDisruptionBudget
    metadata: {name: web}
    spec: {minAvailable: 50%, selector: {matchLabels: {app: web}}}
    ---
    apiVersion: rbac.authorization.k8s.io/v1
    kind: ClusterRole
    metadata: {name: "shop:reader"}
    rules: [{apiGroups: ["", apps], resources: [pods, deployments], verbs: [get, list, watch]}, {nonResourceURLs: [/metrics], verbs: [get]}]
    ---
    apiVersion: rbac.authorization.k8s.io/v1
    kind: RoleBinding
    metadata: {name: reader}
    roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: "shop:reader"}
    subjects: [{kind: ServiceAccount, name: web, namespace: default}, {kind: Group, name: team, apiGroup: rbac.authorization.k8s.io}]
    ---
    apiVersion: v1
    kind: Secret
    metadata: {name: s}
    stringData: {k: v}
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: settings}
    data: {app.properties: "a=b", KEY: value}
    ---
    apiVersion: v1
    kind: PersistentVolumeClaim
    metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], storageClassName: "", resources: {requests: {storage: 1Gi}}}
    """
