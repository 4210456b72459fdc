/// The objects of the add-on `vpc-cni`. Names, labels and settings are those that EKS gives them; `%{…}` is filled in.
enum VPCCNIManifest {
    static let text: StaticString = """
        apiVersion: v1
        kind: ServiceAccount
        metadata:
          name: aws-node
          namespace: kube-system
          labels:
            app.kubernetes.io/name: aws-node
            app.kubernetes.io/instance: aws-vpc-cni
            app.kubernetes.io/version: "%{release}"
            k8s-app: aws-node
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: amazon-vpc-cni
          namespace: kube-system
          labels:
            app.kubernetes.io/name: aws-node
            app.kubernetes.io/instance: aws-vpc-cni
            k8s-app: aws-node
        data:
          branch-eni-cooldown: "60"
          enable-network-policy-controller: "%{networkPolicy}"
          enable-windows-ipam: "false"
          enable-windows-prefix-delegation: "false"
          minimum-ip-target: "3"
          warm-ip-target: "1"
          warm-prefix-target: "0"
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRole
        metadata:
          name: aws-node
          labels:
            app.kubernetes.io/name: aws-node
            app.kubernetes.io/instance: aws-vpc-cni
            k8s-app: aws-node
        rules:
        - apiGroups: [crd.k8s.amazonaws.com]
          resources: [eniconfigs]
          verbs: [list, watch, get]
        - apiGroups: [""]
          resources: [namespaces]
          verbs: [list, watch, get]
        - apiGroups: [""]
          resources: [pods]
          verbs: [list, watch, get]
        - apiGroups: [""]
          resources: [nodes]
          verbs: [list, watch, get]
        - apiGroups: ["", events.k8s.io]
          resources: [events]
          verbs: [create, patch, list]
        - apiGroups: [networking.k8s.aws]
          resources: [policyendpoints]
          verbs: [get, list, watch]
        - apiGroups: [networking.k8s.aws]
          resources: [policyendpoints/status]
          verbs: [get]
        - apiGroups: [networking.k8s.io]
          resources: [networkpolicies]
          verbs: [get, list, watch]
        - apiGroups: [vpcresources.k8s.aws]
          resources: [cninodes]
          verbs: [get, list, watch, patch]
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRoleBinding
        metadata:
          name: aws-node
          labels:
            app.kubernetes.io/name: aws-node
            app.kubernetes.io/instance: aws-vpc-cni
            k8s-app: aws-node
        roleRef:
          apiGroup: rbac.authorization.k8s.io
          kind: ClusterRole
          name: aws-node
        subjects:
        - kind: ServiceAccount
          name: aws-node
          namespace: kube-system
        ---
        apiVersion: apps/v1
        kind: DaemonSet
        metadata:
          name: aws-node
          namespace: kube-system
          labels:
            app.kubernetes.io/name: aws-node
            app.kubernetes.io/instance: aws-vpc-cni
            app.kubernetes.io/version: "%{release}"
            k8s-app: aws-node
        spec:
          updateStrategy:
            type: RollingUpdate
            rollingUpdate: {maxUnavailable: 10%}
          selector:
            matchLabels: {k8s-app: aws-node}
          template:
            metadata:
              labels:
                app.kubernetes.io/name: aws-node
                app.kubernetes.io/instance: aws-vpc-cni
                k8s-app: aws-node
            spec:
              priorityClassName: system-node-critical
              serviceAccountName: aws-node
              hostNetwork: true
              terminationGracePeriodSeconds: 10
              securityContext: {}
              containers:
              - name: aws-node
                image: %{registry}/amazon-k8s-cni:%{version}
                imagePullPolicy: IfNotPresent
                command: [aws-vpc-cni]
                ports:
                - {containerPort: 61678, name: metrics, protocol: TCP}
                livenessProbe:
                  httpGet: {host: 127.0.0.1, path: /healthz, port: 61679}
                  initialDelaySeconds: 60
                  timeoutSeconds: 10
                readinessProbe:
                  httpGet: {host: 127.0.0.1, path: /healthz, port: 61679}
                  initialDelaySeconds: 1
                  timeoutSeconds: 10
                env:
                - {name: ADDITIONAL_ENI_TAGS, value: "{}"}
                - {name: ANNOTATE_POD_IP, value: "false"}
                - {name: AWS_ENDPOINT_URL, value: "http://169.254.169.252:4566"}
                - {name: AWS_REGION, value: "%{region}"}
                - {name: AWS_VPC_CNI_NODE_PORT_SUPPORT, value: "true"}
                - {name: AWS_VPC_ENI_MTU, value: "9001"}
                - {name: AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG, value: "false"}
                - {name: AWS_VPC_K8S_CNI_EXTERNALSNAT, value: "false"}
                - {name: AWS_VPC_K8S_CNI_LOGLEVEL, value: DEBUG}
                - {name: AWS_VPC_K8S_CNI_LOG_FILE, value: /host/var/log/aws-routed-eni/ipamd.log}
                - {name: AWS_VPC_K8S_CNI_RANDOMIZESNAT, value: prng}
                - {name: AWS_VPC_K8S_CNI_VETHPREFIX, value: eni}
                - {name: AWS_VPC_K8S_PLUGIN_LOG_FILE, value: /var/log/aws-routed-eni/plugin.log}
                - {name: AWS_VPC_K8S_PLUGIN_LOG_LEVEL, value: DEBUG}
                - {name: CLUSTER_ENDPOINT, value: "%{endpoint}"}
                - {name: CLUSTER_NAME, value: "%{cluster}"}
                - {name: DISABLE_INTROSPECTION, value: "false"}
                - {name: DISABLE_METRICS, value: "false"}
                - {name: DISABLE_NETWORK_RESOURCE_PROVISIONING, value: "false"}
                - {name: ENABLE_IPv4, value: "true"}
                - {name: ENABLE_IPv6, value: "false"}
                - {name: ENABLE_POD_ENI, value: "false"}
                - {name: ENABLE_PREFIX_DELEGATION, value: "false"}
                - {name: ENABLE_SUBNET_DISCOVERY, value: "true"}
                - {name: NETWORK_POLICY_ENFORCING_MODE, value: standard}
                - {name: VPC_CNI_VERSION, value: "%{release}"}
                - {name: VPC_ID, value: "%{vpc}"}
                - {name: WARM_ENI_TARGET, value: "1"}
                - {name: WARM_PREFIX_TARGET, value: "1"}
                - name: MY_NODE_NAME
                  valueFrom: {fieldRef: {apiVersion: v1, fieldPath: spec.nodeName}}
                - name: MY_POD_NAME
                  valueFrom: {fieldRef: {apiVersion: v1, fieldPath: metadata.name}}
                resources:
                  requests: {cpu: 25m}
                securityContext:
                  privileged: true
                  capabilities: {add: [NET_ADMIN, NET_RAW]}
                volumeMounts:
                - {mountPath: /host/opt/cni/bin, name: cni-bin-dir}
                - {mountPath: /host/etc/cni/net.d, name: cni-net-dir}
                - {mountPath: /host/var/log/aws-routed-eni, name: log-dir}
                - {mountPath: /var/run/aws-node, name: run-dir}
                - {mountPath: /run/xtables.lock, name: xtables-lock}
              - name: aws-eks-nodeagent
                image: %{registry}/amazon-k8s-cni:%{version}
                imagePullPolicy: IfNotPresent
                command: [aws-eks-nodeagent]
                args:
                - --enable-ipv6=false
                - --enable-network-policy=%{networkPolicy}
                - --enable-cloudwatch-logs=false
                - --enable-policy-event-logs=false
                - --log-file=/var/log/aws-routed-eni/network-policy-agent.log
                - --metrics-bind-addr=:8162
                - --health-probe-bind-addr=:8163
                - --conntrack-cache-cleanup-period=300
                ports:
                - {containerPort: 8162, name: agentmetrics, protocol: TCP}
                env:
                - {name: CLUSTER_ENDPOINT, value: "%{endpoint}"}
                - {name: NETWORK_POLICY_ENFORCING_MODE, value: standard}
                - name: MY_NODE_NAME
                  valueFrom: {fieldRef: {apiVersion: v1, fieldPath: spec.nodeName}}
                resources:
                  requests: {cpu: 25m}
                securityContext:
                  privileged: true
                  capabilities: {add: [NET_ADMIN]}
              volumes:
              - {name: cni-bin-dir, hostPath: {path: /opt/cni/bin, type: DirectoryOrCreate}}
              - {name: cni-net-dir, hostPath: {path: /etc/cni/net.d, type: DirectoryOrCreate}}
              - {name: log-dir, hostPath: {path: /var/log/aws-routed-eni, type: DirectoryOrCreate}}
              - {name: run-dir, hostPath: {path: /var/run/aws-node, type: DirectoryOrCreate}}
              - {name: xtables-lock, hostPath: {path: /run/xtables.lock, type: FileOrCreate}}
              tolerations:
              - operator: Exists
              affinity:
                nodeAffinity:
                  requiredDuringSchedulingIgnoredDuringExecution:
                    nodeSelectorTerms:
                    - matchExpressions:
                      - {key: kubernetes.io/os, operator: In, values: [linux]}
                      - {key: kubernetes.io/arch, operator: In, values: [amd64, arm64]}
                      - {key: eks.amazonaws.com/compute-type, operator: NotIn, values: [fargate, hybrid, auto]}
        """
}
