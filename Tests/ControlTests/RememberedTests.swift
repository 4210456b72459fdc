import Control
import Testing

struct RememberedTests {
    @Test func `an answer is made once for each version, and again when it is not fit any more`() {
        let remembered = Remembered<String, Int, Int>(limit: 10)
        var made = 0
        func answer(at version: Int, fit: Bool = true) -> Int {
            remembered.answer("key", at: version, while: { _ in fit }) {
                made += 1
                return made
            }
        }
        #expect(answer(at: 1) == 1)
        #expect(answer(at: 1) == 1)
        #expect(answer(at: 2) == 2)
        #expect(answer(at: 2, fit: false) == 3)
        #expect(answer(at: 2) == 3)
    }

    @Test func `a failure is not remembered`() throws {
        struct Refused: Error {}
        let remembered = Remembered<String, Int, Int>(limit: 10)
        #expect(throws: Refused.self) { try remembered.answer("key", at: 1) { throw Refused() } }
        #expect(remembered.answer("key", at: 1) { 7 } == 7)
    }

    @Test func `it never holds more than its limit`() {
        let remembered = Remembered<Int, Int, Int>(limit: 3)
        for key in 0..<4 { _ = remembered.answer(key, at: 1) { key } }
        #expect(remembered.answer(0, at: 1) { -1 } == -1, "forgotten when the fourth came")
        #expect(remembered.answer(3, at: 1) { -1 } == 3)
    }
}
