/// The objects of the add-on `coredns`. Names, labels and settings are those that EKS gives them; `%{…}` is filled in.
enum CoreDNSManifest {
    static let text: StaticString = """
        apiVersion: v1
        kind: ServiceAccount
        metadata:
          name: coredns
          namespace: kube-system
          labels: {eks.amazonaws.com/component: coredns, k8s-app: kube-dns}
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRole
        metadata:
          name: system:coredns
          labels: {eks.amazonaws.com/component: coredns, k8s-app: kube-dns, kubernetes.io/bootstrapping: rbac-defaults}
        rules:
        - apiGroups: [""]
          resources: [endpoints, services, pods, namespaces]
          verbs: [list, watch]
        - apiGroups: [""]
          resources: [nodes]
          verbs: [get]
        - apiGroups: [discovery.k8s.io]
          resources: [endpointslices]
          verbs: [list, watch]
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRoleBinding
        metadata:
          name: system:coredns
          labels: {eks.amazonaws.com/component: coredns, k8s-app: kube-dns, kubernetes.io/bootstrapping: rbac-defaults}
        roleRef:
          apiGroup: rbac.authorization.k8s.io
          kind: ClusterRole
          name: system:coredns
        subjects:
        - {kind: ServiceAccount, name: coredns, namespace: kube-system}
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: coredns
          namespace: kube-system
          labels: {eks.amazonaws.com/component: coredns, k8s-app: kube-dns}
        data:
          Corefile: |
            .:53 {
                errors
                health {
                    lameduck 5s
                  }
                ready
                kubernetes cluster.local in-addr.arpa ip6.arpa {
                  pods insecure
                  fallthrough in-addr.arpa ip6.arpa
                }
                prometheus :9153
                forward . /etc/resolv.conf
                cache 30
                loop
                reload
                loadbalance
            }
        ---
        apiVersion: v1
        kind: Service
        metadata:
          name: kube-dns
          namespace: kube-system
          annotations: {prometheus.io/port: "9153", prometheus.io/scrape: "true"}
          labels:
            eks.amazonaws.com/component: kube-dns
            k8s-app: kube-dns
            kubernetes.io/cluster-service: "true"
            kubernetes.io/name: CoreDNS
        spec:
          selector: {k8s-app: kube-dns}
          clusterIP: %{dns}
          ports:
          - {name: dns, port: 53, protocol: UDP, targetPort: 53}
          - {name: dns-tcp, port: 53, protocol: TCP, targetPort: 53}
          - {name: metrics, port: 9153, protocol: TCP, targetPort: 9153}
        ---
        apiVersion: policy/v1
        kind: PodDisruptionBudget
        metadata:
          name: coredns
          namespace: kube-system
          labels: {eks.amazonaws.com/component: coredns, k8s-app: kube-dns}
        spec:
          maxUnavailable: 1
          selector:
            matchLabels: {eks.amazonaws.com/component: coredns, k8s-app: kube-dns}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: coredns
          namespace: kube-system
          labels: {eks.amazonaws.com/component: coredns, k8s-app: kube-dns, kubernetes.io/name: CoreDNS}
        spec:
          replicas: 2
          strategy:
            type: RollingUpdate
            rollingUpdate: {maxUnavailable: 1}
          selector:
            matchLabels: {eks.amazonaws.com/component: coredns, k8s-app: kube-dns}
          template:
            metadata:
              labels: {eks.amazonaws.com/component: coredns, k8s-app: kube-dns}
            spec:
              serviceAccountName: coredns
              priorityClassName: system-cluster-critical
              dnsPolicy: Default
              securityContext: {}
              tolerations:
              - {key: CriticalAddonsOnly, operator: Exists}
              - {key: node-role.kubernetes.io/control-plane, effect: NoSchedule}
              topologySpreadConstraints:
              - labelSelector:
                  matchLabels: {k8s-app: kube-dns}
                maxSkew: 1
                topologyKey: topology.kubernetes.io/zone
                whenUnsatisfiable: ScheduleAnyway
              affinity:
                nodeAffinity:
                  requiredDuringSchedulingIgnoredDuringExecution:
                    nodeSelectorTerms:
                    - matchExpressions:
                      - {key: kubernetes.io/os, operator: In, values: [linux]}
                      - {key: kubernetes.io/arch, operator: In, values: [amd64, arm64]}
                podAntiAffinity:
                  preferredDuringSchedulingIgnoredDuringExecution:
                  - weight: 100
                    podAffinityTerm:
                      labelSelector:
                        matchExpressions:
                        - {key: k8s-app, operator: In, values: [kube-dns]}
                      topologyKey: kubernetes.io/hostname
              containers:
              - name: coredns
                image: %{registry}/eks/coredns:%{version}
                imagePullPolicy: IfNotPresent
                command: [coredns]
                args: [-conf, /etc/coredns/Corefile]
                ports:
                - {containerPort: 53, name: dns, protocol: UDP}
                - {containerPort: 53, name: dns-tcp, protocol: TCP}
                - {containerPort: 9153, name: metrics, protocol: TCP}
                livenessProbe:
                  failureThreshold: 5
                  httpGet: {path: /health, port: 8080, scheme: HTTP}
                  initialDelaySeconds: 60
                  successThreshold: 1
                  timeoutSeconds: 5
                readinessProbe:
                  httpGet: {path: /ready, port: 8181, scheme: HTTP}
                  failureThreshold: 3
                  periodSeconds: 10
                  successThreshold: 1
                  timeoutSeconds: 1
                resources:
                  limits: {memory: 170Mi}
                  requests: {cpu: 100m, memory: 70Mi}
                securityContext:
                  allowPrivilegeEscalation: false
                  readOnlyRootFilesystem: true
                  capabilities: {add: [NET_BIND_SERVICE], drop: [ALL]}
                volumeMounts:
                - {mountPath: /etc/coredns, name: config-volume, readOnly: true}
              volumes:
              - name: config-volume
                configMap:
                  defaultMode: 420
                  name: coredns
                  items:
                  - {key: Corefile, path: Corefile}
        """
}
