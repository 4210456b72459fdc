import Glibc
import KubeClient
import Testing

@Suite struct PodLoginTests {
    private let folder: String

    init() throws {
        var path = Array("/tmp/eyrie-login-XXXXXX".utf8CString)
        folder = String(cString: try #require(mkdtemp(&path)))
        for (name, text) in [("token", "secret\n"), ("ca.crt", "PEM"), ("namespace", "kube-system")] { try write(name, text) }
    }
    private func write(_ name: String, _ text: String) throws {
        let file = try #require(fopen("\(folder)/\(name)", "w"))
        fputs(text, file)
        fclose(file)
    }

    @Test func followsTheEnvironmentAndReadsTheTokenEachTime() throws {
        let login = try PodLogin(
            environment: ["KUBERNETES_SERVICE_HOST": "10.100.0.1", "KUBERNETES_SERVICE_PORT": "443"], folder: folder)
        #expect(login.endpoint == "https://10.100.0.1:443")
        #expect(login.authorityPEM == "PEM")
        #expect(try login.token() == "secret")
        try write("token", "rotated")
        #expect(try login.token() == "rotated")
        #expect(PodLogin.namespace(folder: folder) == "kube-system")
    }

    @Test func refusesToGuessOutsideAPod() {
        #expect(throws: KubeClientError.self) { try PodLogin(environment: [:], folder: folder) }
    }

    @Test func readsAKubeconfigWithFiles() throws {
        try write(
            "kubeconfig",
            """
            apiVersion: v1
            kind: Config
            clusters: [{name: default, cluster: {server: "https://192.168.3.4", certificate-authority: \(folder)/ca.crt}}]
            contexts: [{name: default, context: {cluster: default, user: default}}]
            current-context: default
            users: [{name: default, user: {tokenFile: \(folder)/token}}]
            """)
        let login = try PodLogin(kubeconfig: "\(folder)/kubeconfig")
        #expect(login.endpoint == "https://192.168.3.4")
        #expect(try login.token() == "secret")
    }
}
