/// The objects of the add-on `metrics-server`. Names, labels and settings are those that EKS gives them; `%{…}` is filled in.
enum MetricsServerManifest {
    static let text: StaticString = """
        apiVersion: v1
        kind: ServiceAccount
        metadata:
          name: metrics-server
          namespace: kube-system
          labels: {app.kubernetes.io/instance: metrics-server, app.kubernetes.io/name: metrics-server}
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRole
        metadata:
          name: system:metrics-server-aggregated-reader
          labels:
            app.kubernetes.io/instance: metrics-server
            app.kubernetes.io/name: metrics-server
            rbac.authorization.k8s.io/aggregate-to-admin: "true"
            rbac.authorization.k8s.io/aggregate-to-edit: "true"
            rbac.authorization.k8s.io/aggregate-to-view: "true"
        rules:
        - apiGroups: [metrics.k8s.io]
          resources: [pods, nodes]
          verbs: [get, list, watch]
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRole
        metadata:
          name: system:metrics-server
          labels: {app.kubernetes.io/instance: metrics-server, app.kubernetes.io/name: metrics-server}
        rules:
        - apiGroups: [""]
          resources: [nodes/metrics]
          verbs: [get]
        - apiGroups: [""]
          resources: [pods, nodes, namespaces, configmaps]
          verbs: [get, list, watch]
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRoleBinding
        metadata:
          name: metrics-server:system:auth-delegator
          labels: {app.kubernetes.io/instance: metrics-server, app.kubernetes.io/name: metrics-server}
        roleRef:
          apiGroup: rbac.authorization.k8s.io
          kind: ClusterRole
          name: system:auth-delegator
        subjects:
        - {kind: ServiceAccount, name: metrics-server, namespace: kube-system}
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRoleBinding
        metadata:
          name: system:metrics-server
          labels: {app.kubernetes.io/instance: metrics-server, app.kubernetes.io/name: metrics-server}
        roleRef:
          apiGroup: rbac.authorization.k8s.io
          kind: ClusterRole
          name: system:metrics-server
        subjects:
        - {kind: ServiceAccount, name: metrics-server, namespace: kube-system}
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: RoleBinding
        metadata:
          name: metrics-server-auth-reader
          namespace: kube-system
          labels: {app.kubernetes.io/instance: metrics-server, app.kubernetes.io/name: metrics-server}
        roleRef:
          apiGroup: rbac.authorization.k8s.io
          kind: Role
          name: extension-apiserver-authentication-reader
        subjects:
        - {kind: ServiceAccount, name: metrics-server, namespace: kube-system}
        ---
        apiVersion: v1
        kind: Service
        metadata:
          name: metrics-server
          namespace: kube-system
          labels: {app.kubernetes.io/instance: metrics-server, app.kubernetes.io/name: metrics-server}
        spec:
          type: ClusterIP
          ports:
          - {name: https, port: 443, protocol: TCP, targetPort: https, appProtocol: https}
          selector: {app.kubernetes.io/instance: metrics-server, app.kubernetes.io/name: metrics-server}
        ---
        apiVersion: policy/v1
        kind: PodDisruptionBudget
        metadata:
          name: metrics-server
          namespace: kube-system
          labels: {app.kubernetes.io/instance: metrics-server, app.kubernetes.io/name: metrics-server}
        spec:
          maxUnavailable: 1
          selector:
            matchLabels: {app.kubernetes.io/instance: metrics-server, app.kubernetes.io/name: metrics-server}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: metrics-server
          namespace: kube-system
          labels: {app.kubernetes.io/instance: metrics-server, app.kubernetes.io/name: metrics-server}
        spec:
          replicas: 2
          selector:
            matchLabels: {app.kubernetes.io/instance: metrics-server, app.kubernetes.io/name: metrics-server}
          template:
            metadata:
              labels: {app.kubernetes.io/instance: metrics-server, app.kubernetes.io/name: metrics-server}
            spec:
              serviceAccountName: metrics-server
              priorityClassName: system-cluster-critical
              tolerations:
              - {key: CriticalAddonsOnly, operator: Exists}
              affinity:
                podAntiAffinity:
                  preferredDuringSchedulingIgnoredDuringExecution:
                  - weight: 100
                    podAffinityTerm:
                      labelSelector:
                        matchLabels: {app.kubernetes.io/instance: metrics-server, app.kubernetes.io/name: metrics-server}
                      topologyKey: kubernetes.io/hostname
              topologySpreadConstraints:
              - labelSelector:
                  matchLabels: {app.kubernetes.io/instance: metrics-server, app.kubernetes.io/name: metrics-server}
                maxSkew: 1
                topologyKey: topology.kubernetes.io/zone
                whenUnsatisfiable: ScheduleAnyway
              containers:
              - name: metrics-server
                image: %{registry}/eks/metrics-server:%{version}
                imagePullPolicy: IfNotPresent
                command: [metrics-server]
                args:
                - --secure-port=10251
                - --cert-dir=/tmp
                - --kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname
                - --kubelet-use-node-status-port
                - --metric-resolution=15s
                ports:
                - {containerPort: 10251, name: https, protocol: TCP}
                livenessProbe:
                  failureThreshold: 3
                  httpGet: {path: /livez, port: https, scheme: HTTPS}
                  periodSeconds: 10
                readinessProbe:
                  failureThreshold: 3
                  httpGet: {path: /readyz, port: https, scheme: HTTPS}
                  initialDelaySeconds: 20
                  periodSeconds: 10
                resources:
                  limits: {memory: 400Mi}
                  requests: {cpu: 100m, memory: 200Mi}
                securityContext:
                  allowPrivilegeEscalation: false
                  capabilities: {drop: [ALL]}
                  readOnlyRootFilesystem: true
                  runAsNonRoot: true
                  runAsUser: 1000
                  seccompProfile: {type: RuntimeDefault}
                volumeMounts:
                - {mountPath: /tmp, name: tmp}
              volumes:
              - {name: tmp, emptyDir: {}}
        ---
        apiVersion: apiregistration.k8s.io/v1
        kind: APIService
        metadata:
          name: v1beta1.metrics.k8s.io
          labels: {app.kubernetes.io/instance: metrics-server, app.kubernetes.io/name: metrics-server}
        spec:
          group: metrics.k8s.io
          groupPriorityMinimum: 100
          insecureSkipTLSVerify: true
          service: {name: metrics-server, namespace: kube-system, port: 443}
          version: v1beta1
          versionPriority: 100
        """
}
