import Documents
import Testing

@Suite struct ValueTests {
    @Test func settingNullRemovesAMember() {
        var value: Value = ["a": 1, "b": ["c": 2]]
        value["a"] = .null
        #expect(value == ["b": ["c": 2]])
        #expect(value.object?.keys == ["b"])
        value[path: ["b", "c"]] = .null
        #expect(value == ["b": [:]])
        value[path: ["x", "y"]] = 3
        #expect(value == ["b": [:], "x": ["y": 3]])
    }

    @Test func settingAFieldOfAViewToNilRemovesIt() throws {
        var view = try #require(View<MetadataFields>(["name": "web", "uid": "1"]))
        view.uid = nil
        #expect(view.value.object?.keys == ["name"])
        view.labels = ["b": "2", "a": "1"]
        #expect(view.value["labels"].object?.keys == ["a", "b"])
        #expect(view.generation == nil)
    }

    @Test func objectsAreEqualInAnyOrder() {
        #expect(["a": 1, "b": 2] as Value == ["b": 2, "a": 1])
        #expect(["a": 1, "b": 2] as Value != ["b": 2, "c": 1])
        #expect((["a": 1, "b": 2] as Value).hashValue == (["b": 2, "a": 1] as Value).hashValue)
    }
}
