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

    @Test func editingInPlaceIsTheSameAsReadingAndWriting() {
        var seeded = Seeded(11)
        for _ in 0..<300 {
            var (edited, rewritten) = (Value.random(&seeded), Value.null)
            rewritten = edited
            let keys = (edited.object?.keys ?? []) + ["new"]
            let (first, second) = (keys[seeded.below(keys.count)], keys[seeded.below(keys.count)])
            let part = Value.random(&seeded, depth: 1)
            edited[first][second] = part
            var inner = rewritten[first]
            inner[second] = part
            rewritten[first] = inner
            #expect(edited == rewritten)
            #expect(JSON.encode(edited) == JSON.encode(rewritten))
        }
    }

    @Test func aCopyIsNotTouchedByEditsOfTheOther() {
        var value: Value = ["a": ["b": ["c": 1]], "d": [1, 2]]
        let copy = value
        value["a"]["b"]["c"] = 2
        value["a"]["x"] = "new"
        #expect(copy == ["a": ["b": ["c": 1]], "d": [1, 2]])
        #expect(value == ["a": ["b": ["c": 2], "x": "new"], "d": [1, 2]])
    }
}
