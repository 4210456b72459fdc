/// The members of a JSON object, in order, each key once. Look-up is linear: API objects are small.
package struct Object: Sendable, Hashable, RandomAccessCollection, ExpressibleByDictionaryLiteral {
    /// One member of an object.
    package struct Member: Sendable, Hashable {
        package var key: String
        package var value: Value
        /// A member `key: value`.
        package init(_ key: String, _ value: Value) { (self.key, self.value) = (key, value) }
    }
    @usableFromInline var members: [Member]

    /// An object of members whose keys differ; the caller sees to that.
    package init(_ members: [Member] = []) { self.members = members }
    package init(dictionaryLiteral elements: (String, Value)...) { members = elements.map { Member($0.0, $0.1) } }

    // What follows is called for every member that anybody looks at, from all modules.

    @inlinable package var startIndex: Int { 0 }
    @inlinable package var endIndex: Int { members.count }
    @inlinable package var count: Int { members.count }
    @inlinable package subscript(position: Int) -> Member {
        get { members[position] }
        _modify { yield &members[position] }
    }
    /// The place of a member, by the bytes of its key.
    @inlinable package func place(of key: String) -> Int? {
        let length = key.utf8.count
        for place in 0..<members.count where members[place].key.utf8.count == length && members[place].key == key { return place }
        return nil
    }
    /// The value of `key`, nil when absent. Setting nil removes it; a new key goes to the end.
    package subscript(key: String) -> Value? {
        @inlinable get { place(of: key).map { members[$0].value } }
        set {
            if let index = place(of: key) {
                if let newValue { members[index].value = newValue } else { members.remove(at: index) }
            } else if let newValue {
                members.append(Member(key, newValue))
            }
        }
        _modify {
            let place = place(of: key)
            var value = place.map { take(at: $0) }
            defer { put(value, at: place, key) }
            yield &value
        }
    }
    /// The value at a place, where null is left: so that its only owner can edit it.
    mutating func take(at place: Int) -> Value {
        var value = Value.null
        swap(&value, &members[place].value)
        return value
    }
    /// Puts a value that was taken back, or removes its member; without a place it is a new member's.
    mutating func put(_ value: consuming Value?, at place: Int?, _ key: String) {
        switch (value, place) {
        case (let value?, let place?): members[place].value = value
        case (nil, let place?): members.remove(at: place)
        case (let value?, nil): members.append(Member(key, value))
        case (nil, nil): break
        }
    }
    /// The keys in order.
    package var keys: [String] { members.map(\.key) }
    /// The first members, as an object of their own.
    package func prefix(_ count: Int) -> Object { Object(Array(members.prefix(count))) }
    /// Keeps the members that satisfy the condition.
    package mutating func removeAll(where condition: (Member) throws -> Bool) rethrows { try members.removeAll(where: condition) }
    /// Appends a member whose key is new; the caller sees to that.
    package mutating func append(_ member: Member) { members.append(member) }

    /// Whether both have the same members in the same order; at once for copies of one.
    func isSame(as other: Object) -> Bool {
        guard members.count == other.members.count else { return false }
        return members.withUnsafeBufferPointer { left in
            other.members.withUnsafeBufferPointer { right in
                left.baseAddress == right.baseAddress
                    || left.indices.allSatisfy { left[$0].key == right[$0].key && left[$0].value.isSame(as: right[$0].value) }
            }
        }
    }

    /// Objects are equal when they have the same members in any order.
    package static func == (left: Object, right: Object) -> Bool {
        guard left.count == right.count else { return false }
        // Says at once that an array is equal to itself.
        if left.members == right.members { return true }
        let places = KeyIndex(right, lookups: left.count)
        return left.members.allSatisfy { member in
            places.index(of: member.key, in: right).map { right.members[$0].value == member.value } ?? false
        }
    }
    package func hash(into hasher: inout Hasher) {
        hasher.combine(members.count)
        hasher.combine(members.reduce(0) { $0 ^ $1.hashValue })
    }
}
