/// The objects of the add-on `kube-proxy`. Names, labels and settings are those that EKS gives them; `%{…}` is filled in.
enum KubeProxyManifest {
    static let text: StaticString = """
        apiVersion: v1
        kind: ServiceAccount
        metadata:
          name: kube-proxy
          namespace: kube-system
          labels: {k8s-app: kube-proxy, eks.amazonaws.com/component: kube-proxy}
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRoleBinding
        metadata:
          name: eks:kube-proxy
          labels: {k8s-app: kube-proxy, eks.amazonaws.com/component: kube-proxy}
        roleRef:
          apiGroup: rbac.authorization.k8s.io
          kind: ClusterRole
          name: system:node-proxier
        subjects:
        - {kind: ServiceAccount, name: kube-proxy, namespace: kube-system}
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: kube-proxy
          namespace: kube-system
          labels: {k8s-app: kube-proxy, eks.amazonaws.com/component: kube-proxy}
        data:
          kubeconfig: |
            kind: Config
            apiVersion: v1
            clusters:
            - cluster:
                certificate-authority: /var/run/secrets/kubernetes.io/serviceaccount/ca.crt
                server: %{endpoint}
              name: default
            contexts:
            - context:
                cluster: default
                namespace: default
                user: default
              name: default
            current-context: default
            users:
            - name: default
              user:
                tokenFile: /var/run/secrets/kubernetes.io/serviceaccount/token
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: kube-proxy-config
          namespace: kube-system
          labels: {k8s-app: kube-proxy, eks.amazonaws.com/component: kube-proxy}
        data:
          config: |
            apiVersion: kubeproxy.config.k8s.io/v1alpha1
            kind: KubeProxyConfiguration
            bindAddress: 0.0.0.0
            clientConnection:
              acceptContentTypes: ""
              burst: 10
              contentType: application/vnd.kubernetes.protobuf
              kubeconfig: /var/lib/kube-proxy/kubeconfig
              qps: 5
            clusterCIDR: ""
            configSyncPeriod: 15m0s
            conntrack:
              maxPerCore: 32768
              min: 131072
              tcpCloseWaitTimeout: 1h0m0s
              tcpEstablishedTimeout: 24h0m0s
            enableProfiling: false
            healthzBindAddress: 0.0.0.0:10256
            hostnameOverride: ""
            iptables:
              masqueradeAll: false
              masqueradeBit: 14
              minSyncPeriod: 0s
              syncPeriod: 30s
            metricsBindAddress: 0.0.0.0:10249
            mode: %{mode}
            nodePortAddresses: null
            oomScoreAdj: -998
            portRange: ""
        ---
        apiVersion: apps/v1
        kind: DaemonSet
        metadata:
          name: kube-proxy
          namespace: kube-system
          labels: {k8s-app: kube-proxy, eks.amazonaws.com/component: kube-proxy}
        spec:
          selector:
            matchLabels: {k8s-app: kube-proxy}
          updateStrategy:
            type: RollingUpdate
            rollingUpdate: {maxUnavailable: 10%}
          template:
            metadata:
              labels: {k8s-app: kube-proxy}
            spec:
              priorityClassName: system-node-critical
              serviceAccountName: kube-proxy
              hostNetwork: true
              terminationGracePeriodSeconds: 30
              securityContext:
                seccompProfile: {type: RuntimeDefault}
              containers:
              - name: kube-proxy
                image: %{registry}/eks/kube-proxy:%{image}
                imagePullPolicy: IfNotPresent
                command: [kube-proxy, --v=2, --config=/var/lib/kube-proxy-config/config, --hostname-override=$(NODE_NAME)]
                env:
                - name: NODE_NAME
                  valueFrom: {fieldRef: {apiVersion: v1, fieldPath: spec.nodeName}}
                ports:
                - {containerPort: 10249, name: metrics, protocol: TCP}
                resources:
                  requests: {cpu: 100m}
                securityContext: {privileged: true}
                volumeMounts:
                - {mountPath: /var/log, name: varlog}
                - {mountPath: /run/xtables.lock, name: xtables-lock}
                - {mountPath: /lib/modules, name: lib-modules, readOnly: true}
                - {mountPath: /var/lib/kube-proxy/, name: kubeconfig}
                - {mountPath: /var/lib/kube-proxy-config/, name: config}
              volumes:
              - {name: varlog, hostPath: {path: /var/log, type: ""}}
              - {name: xtables-lock, hostPath: {path: /run/xtables.lock, type: FileOrCreate}}
              - {name: lib-modules, hostPath: {path: /lib/modules, type: ""}}
              - {name: kubeconfig, configMap: {defaultMode: 420, name: kube-proxy}}
              - {name: config, configMap: {defaultMode: 420, name: kube-proxy-config}}
              tolerations:
              - operator: Exists
              affinity:
                nodeAffinity:
                  requiredDuringSchedulingIgnoredDuringExecution:
                    nodeSelectorTerms:
                    - matchExpressions:
                      - {key: kubernetes.io/os, operator: In, values: [linux]}
                      - {key: kubernetes.io/arch, operator: In, values: [amd64, arm64]}
                      - {key: eks.amazonaws.com/compute-type, operator: NotIn, values: [fargate, auto]}
        """
}
