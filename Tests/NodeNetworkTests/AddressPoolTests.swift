import Control
import Linux
import Testing

@testable import NodeNetwork

@Suite struct AddressPoolTests {
    private let now = Timestamp(seconds: 1_000_000)
    private let limits = AddressLimits(interfaces: 3, addressesPerInterface: 3)
    private func pod(_ name: String) -> PodInterface {
        PodInterface(container: "c-\(name)", name: "eth0", podNamespace: "default", podName: name)
    }
    private func interface(_ index: Int) throws -> AddressPool.Interface {
        var interface = AddressPool.Interface(
            id: "eni-\(index)", deviceIndex: index, mac: MACAddress(octets: [2, 0, 0, 0, 0, UInt8(index)]),
            primary: IPv4Address(UInt32(0x0a00_0000 + index * 256)), subnet: try #require(IPv4Prefix("10.0.0.0/16")))
        interface.attachedAt = now
        return interface
    }
    private func addresses(_ index: Int, _ count: Int) -> [IPv4Address] {
        (1...count).map { IPv4Address(UInt32(0x0a00_0000 + index * 256 + $0)) }
    }
    private func give(_ name: String, _ pool: inout AddressPool) throws -> Allocation {
        guard let allocation = pool.assign(pod(name), now: now) else { throw BedError(text: "no address is free") }
        return allocation
    }
    private func pool(_ interfaces: Int, _ count: Int) throws -> AddressPool {
        var pool = AddressPool()
        for index in 0..<interfaces { pool.take(try interface(index), addresses: addresses(index, count)) }
        return pool
    }

    @Test func aSandboxKeepsItsAddress() throws {
        var pool = try pool(1, 2)
        let first = try give("a", &pool)
        #expect(pool.assign(pod("a"), now: now) == first)
        #expect(pool.assigned == 1 && first.table == 254)
    }
    @Test func aFreedAddressRestsForHalfAMinute() throws {
        var pool = try pool(1, 1)
        let first = try give("a", &pool)
        #expect(pool.release(pod("a"), now: now)?.address == first.address)
        #expect(pool.release(pod("a"), now: now) == nil)
        #expect(pool.assign(pod("b"), now: now + .seconds(29)) == nil)
        #expect(pool.assign(pod("b"), now: now + .seconds(30))?.address == first.address)
    }
    @Test func firstInterfacesFillFirst() throws {
        var pool = try pool(2, 2)
        let got = try ["a", "b", "c"].map { try give($0, &pool) }
        #expect(got.map(\.interface) == ["eni-0", "eni-0", "eni-1"] && got[2].table == 2)
    }
    @Test func aWholeInterfaceIsKeptWarm() throws {
        var targets = WarmTargets()
        #expect(try pool(1, 1).step(targets, limits, now: now) == .assign(interface: "eni-0", count: 2))
        var full = try pool(1, 3)
        #expect(full.step(targets, limits, now: now) == nil)
        _ = full.assign(pod("a"), now: now)
        #expect(full.step(targets, limits, now: now) == .attach(deviceIndex: 1, count: 3))
        targets.maximumInterfaces = 1
        #expect(full.step(targets, limits, now: now) == nil)
    }
    @Test func idleInterfacesGoBackOnceTheyAreOld() throws {
        let targets = WarmTargets()
        let pool = try pool(3, 3)
        #expect(pool.step(targets, limits, now: now) == nil)
        #expect(pool.step(targets, limits, now: now + .seconds(60)) == .detach(interface: "eni-2"))
    }
    @Test func singleAddressesAreCountedWhereAsked() throws {
        var targets = WarmTargets()
        (targets.addresses, targets.minimum) = (1, 2)
        #expect(try pool(1, 1).step(targets, limits, now: now) == .assign(interface: "eni-0", count: 1))
        var pool = try pool(1, 3)
        #expect(pool.step(targets, limits, now: now) == .unassign(interface: "eni-0", addresses: [addresses(0, 3)[2]]))
        for name in ["a", "b", "c"] { _ = pool.assign(pod(name), now: now) }
        #expect(pool.step(targets, limits, now: now) == .attach(deviceIndex: 1, count: 1))
    }
    @Test func whatEC2TookAwayStaysOnlyWhileAPodHasIt() throws {
        var pool = try pool(1, 2)
        let held = try give("a", &pool)
        pool.take(try interface(0), addresses: [])
        #expect(pool.total == 1 && pool.allocations.map(\.address) == [held.address])
        _ = pool.release(pod("a"), now: now)
        pool.take(try interface(0), addresses: [])
        #expect(pool.total == 0)
    }
    @Test func allocationsComeBackFromTheCheckpoint() throws {
        var pool = try pool(2, 1)
        let port = HostPort(transport: "tcp", hostPort: 80, containerPort: 8080, hostAddress: IPv4Address("10.0.0.1"))
        _ = pool.assign(pod("a"), hostPorts: [port], now: now)
        let b = try give("b", &pool)
        let saved = Checkpoint.decode(Checkpoint.encode(pool.allocations))
        var again = try self.pool(2, 1)
        for allocation in saved {
            let isBack = again.restore(allocation)
            #expect(isBack)
        }
        #expect(again.allocations == pool.allocations && again.allocations[1] == b)
        let isBackTwice = again.restore(b)
        #expect(!isBackTwice, "the address is somebody's already")
        #expect(Checkpoint.decode(Array("{}".utf8)).isEmpty && Checkpoint.decode([1, 2]).isEmpty)
    }
    /// Whatever happens, no address has two owners and none is lost.
    @Test(arguments: 0..<20) func noAddressIsGivenTwice(seed: UInt64) throws {
        let random = RandomSource(seed: seed)
        var pool = try pool(2, 3)
        var time = now
        var held: [String: IPv4Address] = [:]
        for _ in 0..<300 {
            time = time + .seconds(random.int(in: 0..<10))
            let name = "p\(random.int(in: 0..<8))"
            if random.int(in: 0..<2) == 0 {
                if let got = pool.assign(pod(name), now: time) {
                    #expect(held[name] == nil || held[name] == got.address)
                    #expect(!held.contains { $0.key != name && $0.value == got.address })
                    held[name] = got.address
                }
            } else {
                #expect(pool.release(pod(name), now: time)?.address == held[name])
                held[name] = nil
            }
            #expect(pool.total == 6 && pool.assigned == held.count)
        }
    }
}
