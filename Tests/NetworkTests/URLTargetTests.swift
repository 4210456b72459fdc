import Testing

@testable import Network

@Suite struct URLTargetTests {
    @Test func `a target splits into path and query`() {
        let target = URLTarget("/api/v1/pods?watch=true&labelSelector=a%3Db%2Cc&x&y=1+2#frag")
        #expect(target.path == "/api/v1/pods")
        #expect(target.segments == ["api", "v1", "pods"])
        #expect(target.items == [.init("watch", "true"), .init("labelSelector", "a=b,c"), .init("x", ""), .init("y", "1 2")])
        #expect(target["labelSelector"] == "a=b,c")
        #expect(target["absent"] == nil)
    }

    @Test func `an escaped slash stays within its segment`() { #expect(URLTarget("/a%2Fb//c/").segments == ["a/b", "", "c"]) }

    @Test func `the root has no segments`() { #expect(URLTarget("/").segments == []) }

    @Test(arguments: ["/%", "/%4", "/%zz", "/%ff"]) func `a malformed escape in the path is found`(_ text: String) {
        #expect(URLTarget(text).segments == nil)
    }

    @Test func `a malformed item is left out of the query`() { #expect(URLTarget("/?a=%zz&b=2").items == [.init("b", "2")]) }

    @Test func `what is built comes apart again`() {
        let segments = ["a b", "ü/%", "c~d"]
        let items = [URLTarget.Item("k&", "v=+ %"), .init("", "x")]
        let target = URLTarget(URLTarget(segments: segments, items: items).text)
        #expect(target.segments == segments)
        #expect(target.items == items)
        #expect(target.text == "/a%20b/%C3%BC%2F%25/c~d?k%26=v%3D%2B%20%25&=x")
    }
}
