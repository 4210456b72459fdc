import Testing

@testable import CRI

@Suite struct MessageTests {
    @Test func anEmptyMessageTakesNoBytes() { #expect(Message<PodSandboxConfigFields>().bytes.isEmpty) }

    @Test func fieldsReadAsWritten() {
        var config = Message<ContainerConfigFields>()
        config.metadata.name = "web"
        config.metadata.attempt = 3
        config.command = ["sh", "", "-c"]
        config.labels = ["b": "2", "a": "1", "empty": ""]
        config.stdin = true
        config.linux.resources.oomScoreAdj = -998
        config.linux.securityContext.supplementalGroups = [0, 5, 1 << 40]
        config.linux.securityContext.seccomp.profileType = .localhost
        let read = Message<ContainerConfigFields>(Array(config.bytes))
        #expect(read == config)
        #expect(read.metadata.name == "web" && read.metadata.attempt == 3)
        #expect(read.command == ["sh", "", "-c"])
        #expect(read.labels == ["a": "1", "b": "2", "empty": ""])
        #expect(read.stdin && !read.tty)
        #expect(read.linux.resources.oomScoreAdj == -998)
        #expect(read.linux.securityContext.supplementalGroups == [0, 5, 1 << 40])
        #expect(read.linux.securityContext.seccomp.profileType == .localhost)
    }

    @Test func bytesAreThoseOfTheWire() {
        var request = Message<ExecSyncRequestFields>()
        request.containerId = "ab"
        request.timeout = 300
        #expect(Array(request.bytes) == [0x0A, 2, 0x61, 0x62, 0x18, 0xAC, 2])
    }

    @Test func writingAgainReplaces() {
        var request = Message<ExecSyncRequestFields>()
        request.cmd = ["a", "b"]
        request.containerId = "x"
        request.cmd = ["c"]
        #expect(request.cmd == ["c"])
        request.cmd = []
        #expect(Array(request.bytes) == [0x0A, 1, 0x78])
    }

    @Test func anEmptyMessageInAMessageIsThere() {
        var context = Message<LinuxContainerSecurityContextFields>()
        #expect(!context.has(\.runAsUser))
        context.runAsUser = Message()
        #expect(context.has(\.runAsUser) && context.runAsUser.value == 0)
    }

    @Test func packedNumbersAreRead() {
        let context = Message<LinuxContainerSecurityContextFields>([0x42, 3, 1, 0x80, 1])
        #expect(context.supplementalGroups == [1, 128])
    }

    @Test func unknownFieldsAndValuesAreNoHarm() {
        let item = Message<ContainerFields>([0xF8, 7, 9, 0x30, 77, 0x0A, 1, 0x7A])
        #expect(item.id == "z" && item.state == .created)
    }

    @Test(
        arguments: [
            [0x0A], [0x0A, 5, 1], [0x0B, 1], [0x80], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
            [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1], [0x09, 1, 2], [0x0D],
        ] as [[UInt8]]) func damagedBytesReadAsNothing(bytes: [UInt8])
    {
        let item = Message<ContainerFields>(bytes)
        #expect(item.id.isEmpty && item.labels.isEmpty && !item.has(\.metadata))
    }
}
