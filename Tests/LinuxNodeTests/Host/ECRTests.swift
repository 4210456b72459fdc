import Control
import Cryptography
import Kubelet
import Synchronization
import Testing

@testable import LinuxNode

@Suite struct ECRTests {
    @Test(arguments: [
        ("123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:1", "eu-west-1"), ("123456789012.dkr.ecr.us-west-2.amazonaws.com", "us-west-2"),
        ("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/a/b@sha256:0", "cn-north-1"), ("nginx", nil), ("registry.test:5000/app", nil),
        ("evil.dkr.ecr.eu-west-1.amazonaws.com/app", nil), ("123456789012.dkr.ecr.eu-west-1.example.com/app", nil),
    ])
    func knowsItsRegistries(image: String, region: String?) {
        #expect(ECRCredentials.region(of: image) == region)
    }

    @Test func asksAgainWhenHalfOfTheLifeIsOver() async {
        let (clock, calls) = (ManualClock(), Counter())
        let credentials = ECRCredentials(clock: clock) { region in
            let number = calls.next()
            return ECRAuthorization(token: Base64.encode(Array("AWS:\(region)-\(number)".utf8)), expiry: clock.now + .seconds(3600))
        }
        let image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app"
        #expect(await credentials.credentials(for: image).map(\.password) == ["eu-west-1-1"])
        clock.advance(by: .seconds(1799))
        #expect(await credentials.credentials(for: image).map(\.password) == ["eu-west-1-1"])
        clock.advance(by: .seconds(2))
        #expect(await credentials.credentials(for: image).map(\.password) == ["eu-west-1-2"])
        #expect(await credentials.credentials(for: "nginx").isEmpty && calls.next() == 3)
    }
    private final class Counter: Sendable {
        let count = Mutex(0)
        func next() -> Int {
            count.withLock { count in
                count += 1
                return count
            }
        }
    }
}
