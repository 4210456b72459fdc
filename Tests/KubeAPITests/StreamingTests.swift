import Control
import Documents
import KubeAPI
import KubeModel
import Network
import Synchronization
import Testing

/// A kubelet's exec over SPDY: it sends back what it gets in capitals, and ends with the code that the command asks for.
@Sendable private func execKubelet(_ request: HTTPRequest) async -> HTTPResponse {
    let target = URLTarget(request.target)
    guard target.path.hasPrefix("/exec/default/web/main") else {
        return HTTPResponse(404, body: .bytes(Array("container not found (\"main\")\n".utf8)))
    }
    let headers: HTTPFields = ["connection": "Upgrade", "upgrade": "SPDY/3.1", "x-stream-protocol-version": "v4.channel.k8s.io"]
    let command = target.items.filter { $0.name == "command" }.map(\.value)
    let flags = target.items.filter { $0.value == "1" }.map(\.name)
    let wanted = flags.filter { ["input", "output", "tty"].contains($0) || $0 == "error" && !flags.contains("tty") }.count
    return HTTPResponse(
        101, headers: headers,
        body: .upgrade { stream in
            let session = SPDYSession(over: stream, isServer: true)
            var streams: [String: SPDYStream] = [:]
            for _ in 0...wanted {
                guard let opened = await session.accept() else { return }
                streams[opened.headers["streamtype"] ?? ""] = opened
            }
            try? await streams["stdout"]?.write(Array("\(command.joined(separator: " ")):".utf8))
            if let resize = streams["resize"], let size = try? await resize.read() { try? await streams["stdout"]?.write(size) }
            if let input = streams["stdin"] {
                while let piece = try? await input.read() {
                    try? await streams["stdout"]?.write(Array(String(decoding: piece, as: UTF8.self).uppercased().utf8))
                }
            }
            try? await streams["stderr"]?.write(Array("done".utf8))
            let status =
                command.last == "false" ? #"{"status":"Failure","reason":"NonZeroExitCode"}"# : #"{"metadata":{},"status":"Success"}"#
            try? await streams["error"]?.write(Array(status.utf8))
            for stream in streams.values { stream.finish() }
            _ = await session.accept()
        })
}

/// What a WebSocket's channels have said until it was closed.
private func channels(_ socket: WebSocket) async throws -> [UInt8: String] {
    var texts: [UInt8: String] = [:]
    while let message = try await socket.receive() {
        guard case .binary(let bytes) = message, let channel = bytes.first else { continue }
        texts[channel, default: ""] += String(decoding: bytes.dropFirst(), as: UTF8.self)
    }
    return texts
}

private let web = "/api/v1/namespaces/default/pods/web"

@Suite("Streams to containers") struct StreamingTests {
    @Test("Logs stream through with the kubelet's parameters") func logs() async throws {
        try await StreamingBed.with { request in
            HTTPResponse(
                200,
                body: .writer { writer in
                    writer.write(Array("\(request.target)\n".utf8))
                    writer.write(Array("line\n".utf8))
                    writer.finish(error: false)
                })
        } _: { all in
            let answer = try await all.client.send(HTTPRequest("GET", "\(web)/log?follow=true&tailLines=5&timestamps=false&sinceSeconds=9"))
            #expect(answer.headers["content-type"] == "text/plain")
            let text = String(decoding: try await answer.body.collect(limit: 1000), as: UTF8.self)
            #expect(text == "/containerLogs/default/web/main?follow=true&tailLines=5&sinceSeconds=9\nline\n")
            let seen = all.dialer.seen.targets.withLock { $0.last }
            #expect(seen?.host == "10.0.0.1" && seen?.identity == .kubelet && seen?.secure == true)
        }
    }

    @Test("Wrong questions for logs get upstream's refusals") func refusedLogs() async throws {
        try await StreamingBed.with { _ in
            HTTPResponse(400, body: .bytes(Array("container \"main\" is waiting to start".utf8)))
        } _: { all in
            let bed = all.bed
            let waiting = try await bed.get("\(web)/log")
            #expect(waiting.status == 400 && waiting.message == "container \"main\" is waiting to start")
            #expect(try await bed.get("\(web)/log?container=x").message == "container x is not valid for pod web")
            let negative = try await bed.get("\(web)/log?tailLines=-1")
            #expect(
                negative.status == 422
                    && negative.message
                        == "PodLogOptions \"web\" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0"
            )
            #expect(try await bed.get("/api/v1/namespaces/default/pods/none/log").status == 404)
            _ = try await bed.post("/api/v1/namespaces/default/pods", Sample.pod("new"))
            #expect(try await bed.get("/api/v1/namespaces/default/pods/new/log").status == 204)
            let unassigned = try await bed.send("POST", "/api/v1/namespaces/default/pods/new/exec?command=ls")
            #expect(unassigned.status == 400 && unassigned.message == "pod new does not have a host assigned")
            let plain = try await bed.send("POST", "\(web)/exec?command=ls&stdout=true")
            #expect(plain.status == 400 && plain.message == "Upgrade request required")
            #expect(try await bed.get(web + "/nothing").status == 404)
        }
    }

    @Test("Where no kubelet answers, that is said as upstream says it") func unreachable() async throws {
        let bed = try await ClusterBed()
        _ = try await bed.post(
            "/api/v1/nodes",
            [
                "apiVersion": "v1", "kind": "Node", "metadata": ["name": "n1"],
                "status": ["addresses": [["type": "InternalIP", "address": "10.0.0.1"]]],
            ])
        _ = try await bed.post("/api/v1/namespaces/default/pods", Sample.pod("web", node: "n1"))
        let logs = try await bed.get("\(web)/log")
        #expect(
            logs.status == 500
                && logs.message
                    == "Get \"https://10.0.0.1:10250/containerLogs/default/web/main\": dial tcp 10.0.0.1:10250: connect: connection refused"
        )
        let upgrade: HTTPFields = ["connection": "Upgrade", "upgrade": "SPDY/3.1"]
        let exec = try await bed.send("POST", "\(web)/exec?command=ls&stdout=true", headers: upgrade)
        #expect(exec.status == 500 && exec.message == "error dialing backend: dial tcp 10.0.0.1:10250: connect: connection refused")
        let proxied = try await bed.get("/api/v1/nodes/n1/proxy/healthz")
        #expect(
            proxied.status == 503
                && proxied.message == "error trying to reach service: dial tcp 10.0.0.1:10250: connect: connection refused")
    }

    @Test("Exec over a WebSocket: input, its end, both outputs and the outcome") func exec() async throws {
        try await StreamingBed.with(kubelet: execKubelet) { all in
            let target = "\(web)/exec?command=cat&command=-&stdin=true&stdout=true&stderr=true"
            let (response, opened) = try await all.client.webSocket(target, protocols: ["v5.channel.k8s.io"])
            let socket = try #require(opened, "\(response.status)")
            #expect(socket.subprotocol == "v5.channel.k8s.io")
            try await socket.send(.binary([0] + Array("hello ".utf8)))
            try await socket.send(.binary([0] + Array("world".utf8)))
            try await socket.send(.binary([255, 0]))
            let texts = try await channels(socket)
            #expect(texts[1] == "cat -:HELLO WORLD")
            #expect(texts[2] == "done")
            #expect(try JSON.parse(texts[3] ?? "")["status"] == "Success")
            #expect(socket.peerClose?.code == 1000)
        }
    }

    @Test("A terminal's size goes through, and a failure's status comes back") func terminal() async throws {
        try await StreamingBed.with(kubelet: execKubelet) { all in
            let target = "\(web)/exec?command=false&stdout=true&stderr=true&tty=true"
            let socket = try #require(try await all.client.webSocket(target, protocols: ["v5.channel.k8s.io"]).socket)
            try await socket.send(.binary([4] + Array(#"{"Width":80,"Height":24}"#.utf8)))
            let texts = try await channels(socket)
            #expect(texts[1] == #"false:{"Width":80,"Height":24}"#)
            #expect(try JSON.parse(texts[3] ?? "")["reason"] == "NonZeroExitCode")
        }
    }

    @Test("A node that goes away in the middle is no success") func lostNode() async throws {
        try await StreamingBed.with { _ in
            HTTPResponse(
                101, headers: ["connection": "Upgrade", "upgrade": "SPDY/3.1"],
                body: .upgrade { stream in
                    let session = SPDYSession(over: stream, isServer: true)
                    for _ in 0..<2 { _ = await session.accept() }
                    stream.close()
                })
        } _: { all in
            let socket = try #require(
                try await all.client.webSocket("\(web)/exec?command=x&stdout=true", protocols: ["v5.channel.k8s.io"]).socket)
            let status = try JSON.parse(try await channels(socket)[3] ?? "")
            #expect(status["status"] == "Failure" && status["message"].string?.isEmpty == false)
        }
    }

    @Test("A kubelet's refusal comes over the status channel") func refusedExec() async throws {
        try await StreamingBed.with(kubelet: execKubelet) { all in
            let socket = try #require(
                try await all.client.webSocket("\(web)/attach?stdout=true", protocols: ["v5.channel.k8s.io"]).socket)
            let texts = try await channels(socket)
            #expect(
                try JSON.parse(texts[3] ?? "")["message"]
                    == "Internal error occurred: unable to upgrade connection: container not found (\"main\")")
        }
    }

    @Test("Older clients' SPDY goes through as it is") func spdy() async throws {
        try await StreamingBed.with(kubelet: execKubelet) { all in
            let headers: HTTPFields = ["connection": "Upgrade", "upgrade": "SPDY/3.1", "x-stream-protocol-version": "v4.channel.k8s.io"]
            let (response, opened) = try await all.client.upgrade(
                HTTPRequest("POST", "\(web)/exec?command=echo&stdout=true", headers: headers))
            #expect(response.headers["x-stream-protocol-version"] == "v4.channel.k8s.io")
            let session = SPDYSession(over: try #require(opened), isServer: false)
            let error = try session.open(["streamtype": "error"])
            let output = try session.open(["streamtype": "stdout"])
            #expect(String(decoding: try await read(output), as: UTF8.self) == "echo:")
            #expect(String(decoding: try await read(error), as: UTF8.self).contains("Success"))
            session.close()
        }
    }

    @Test("Ports are forwarded in a WebSocket's tunnel") func portForward() async throws {
        try await StreamingBed.with { request in
            guard request.method == "POST", request.target == "/portForward/default/web",
                request.headers["x-stream-protocol-version"] == "portforward.k8s.io"
            else { return HTTPResponse(400) }
            return HTTPResponse(
                101, headers: ["connection": "Upgrade", "upgrade": "SPDY/3.1", "x-stream-protocol-version": "portforward.k8s.io"],
                body: .upgrade { stream in
                    let session = SPDYSession(over: stream, isServer: true)
                    while let stream = await session.accept() {
                        if stream.headers["streamtype"] == "data" { try? await stream.pump(from: stream) } else { stream.finish() }
                    }
                })
        } _: { all in
            let protocols = ["SPDY/3.1+portforward.k8s.io"]
            let socket = try #require(try await all.client.webSocket("\(web)/portforward", protocols: protocols).socket)
            let session = SPDYSession(over: WebSocketStream(socket), isServer: false)
            _ = try session.open(["streamtype": "error", "port": "80", "requestid": "0"])
            let data = try session.open(["streamtype": "data", "port": "80", "requestid": "0"])
            let bytes = [UInt8](repeating: 7, count: 200_000)
            try await data.write(bytes)
            data.finish()
            #expect(try await read(data) == bytes)
            session.close()
        }
    }

    @Test("Who may only get exec may not have a stream") func permissions() async throws {
        struct OnlyGet: Authorizer {
            func authorize(_ attributes: RequestAttributes) -> Decision {
                attributes.user.name == "admin" || attributes.verb == "get" ? .allow(reason: "") : .noOpinion(reason: "")
            }
        }
        try await StreamingBed.with(authorizers: [OnlyGet()], kubelet: execKubelet) { all in
            let (response, socket) = try await all.client.webSocket(
                "\(web)/exec?command=x&stdout=true", headers: ["x-test-user": "eve"], protocols: ["v5.channel.k8s.io"])
            #expect(socket == nil && response.status == 403)
            let text = String(decoding: try await response.body.collect(limit: 10_000), as: UTF8.self)
            #expect(text.contains(#"pods \"web\" is forbidden: User \"eve\" cannot create resource \"pods/exec\""#))
        }
    }

    @Test("Pods, services and nodes answer through the proxy") func proxies() async throws {
        try await StreamingBed.with { request in
            let body = (try? await request.body.collect(limit: 1000)) ?? []
            let text =
                "\(request.method) \(request.target) \(request.headers["x-forwarded-uri"] ?? "") \(request.headers["authorization"] ?? "-")"
            return HTTPResponse(201, headers: ["x-own": "1"], body: .bytes(Array(text.utf8) + body))
        } _: { all in
            func ask(_ method: String, _ target: String, body: String = "") async throws -> String {
                let answer = try await all.client.send(
                    HTTPRequest(method, target, headers: ["authorization": "Bearer x"], body: .bytes(Array(body.utf8))))
                let text = String(decoding: try await answer.body.collect(limit: 10_000), as: UTF8.self)
                return "\(answer.status) \(text)"
            }
            let pods = "/api/v1/namespaces/default/pods"
            #expect(
                try await ask("POST", "\(pods)/https:web:\(all.kubeletPort)/proxy/a%2Fb/?c=d%20e", body: "!")
                    == "201 POST /a%2Fb/?c=d%20e \(pods)/https:web:\(all.kubeletPort)/proxy/a%2Fb/?c=d%20e -!")
            #expect(try await ask("GET", "/api/v1/nodes/n1/proxy/stats/summary").hasPrefix("201 GET /stats/summary "))
            let redirect = try await all.client.send(HTTPRequest("GET", "\(pods)/web/proxy?a=b"))
            #expect(redirect.status == 301 && redirect.headers["location"] == "\(pods)/web/proxy/?a=b")
            #expect(try await ask("GET", "\(pods)/a:b:c:d/proxy/").contains("invalid pod request"))

            let services = "/api/v1/namespaces/default/services"
            _ = try await all.bed.post(services, Sample.service("web"))
            #expect(try await ask("GET", "\(services)/web/proxy/").contains("no endpoints available for service \\\"web\\\""))
            let slice: Value = [
                "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
                "metadata": ["name": "web-1", "labels": ["kubernetes.io/service-name": "web"]],
                "endpoints": [["addresses": ["10.0.0.7"], "conditions": ["ready": true]]],
                "ports": [["port": .int(Int64(all.kubeletPort)), "name": ""]],
            ]
            _ = try await all.bed.post("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices", slice)
            #expect(try await ask("GET", "\(services)/https:web:80/proxy/x").hasPrefix("201 GET /x "))
            #expect(try await ask("GET", "\(services)/https:web:81/proxy/x").contains("no service port 81 found for service"))
        }
    }

    @Test("Links of proxied pages stay behind the proxy", arguments: [1, 3, 1000]) func pages(_ size: Int) async throws {
        let page = """
            <!DOCTYPE html><!-- <a href="/c"> --><HTML><a class='x' HREF="/a?b=1&amp;c">1 < 2</a><img src=/i.png alt="a>b"><a href="rel">\
            <a href="http://10.0.0.7:80/own"><a href="//other/x"><script src="/s.js">if (a<b) "<a href='/no'>"</script><a href="/last/">
            """
        try await StreamingBed.with { request in
            if request.target == "/moved" { return HTTPResponse(302, headers: ["location": "/new"]) }
            return HTTPResponse(
                200, headers: ["content-type": "text/html; charset=utf-8"],
                body: .writer { writer in
                    let bytes = Array(page.utf8)
                    for start in stride(from: 0, to: bytes.count, by: size) {
                        writer.write(Array(bytes[start..<min(bytes.count, start + size)]))
                    }
                    writer.finish(error: false)
                })
        } _: { all in
            let proxy = "/api/v1/namespaces/default/pods/https:web:\(all.kubeletPort)/proxy"
            let answer = try await all.client.send(HTTPRequest("GET", proxy + "/x"))
            let text = String(decoding: try await answer.body.collect(limit: 100_000), as: UTF8.self)
            let expected =
                page.replacing("HREF=\"/a", with: "HREF=\"\(proxy)/a").replacing("src=/i", with: "src=\(proxy)/i")
                .replacing("src=\"/s", with: "src=\"\(proxy)/s").replacing("href=\"/last/", with: "href=\"\(proxy)/last/")
            #expect(text == expected)
            let moved = try await all.client.send(HTTPRequest("GET", proxy + "/moved"))
            #expect(moved.headers["location"] == proxy + "/new")
            let options = try await all.client.send(HTTPRequest("OPTIONS", proxy + "/x"))
            #expect(options.status == 200)
            #expect(try await all.client.send(HTTPRequest("OPTIONS", web)).status == 405)
        }
    }
}

private func read(_ stream: any ByteStream) async throws -> [UInt8] {
    var whole: [UInt8] = []
    while let piece = try await stream.read() { whole += piece }
    return whole
}
