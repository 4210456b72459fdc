import Control
import KubeModel
import Testing

struct EventNameTests {
    private let time = Timestamp(seconds: 1_800_000_000)

    /// Later ones, and ones of a higher order, come later in a list, whatever they tell.
    @Test func namesGrowWithTimeAndOrder() {
        var names: [String] = []
        for step in 0..<20 {
            for order in 0..<5 {
                names.append(EventName.text(about: "web", at: time + .milliseconds(step), order: order, told: "reason \(order * 7 % 5)"))
            }
        }
        #expect(names == names.sorted() && Set(names).count == names.count)
    }
    /// Sixteen digits, of which all but the last three are those of the nanoseconds, as upstream writes them.
    @Test func digitsAreThoseOfTheTime() {
        let name = EventName.text(about: "web-0", at: time, told: "x")
        #expect(name.hasPrefix("web-0." + String(time.nanoseconds, radix: 16).dropLast(3)) && name.utf8.count == 6 + 16)
    }
    /// What different components tell at one moment has different names.
    @Test func differentTellersDoNotMeet() {
        let names = ["kubelet", "default-scheduler", "job-controller"].map { EventName.text(about: "p", at: time, told: $0, "Started") }
        #expect(Set(names).count == 3)
        #expect(EventName.text(about: "p", at: Timestamp(seconds: 0), told: "").utf8.count == 18)
    }
}
