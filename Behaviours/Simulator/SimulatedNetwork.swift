import Control
import Network
import Synchronization

/// What befalls requests on their way.
struct Weather: Sendable {
    /// The shares of requests that never arrive, of answers that get lost, of requests that arrive twice where that is allowed, and of
    /// pieces of a stream behind which it breaks off.
    var (lostRequests, lostAnswers, duplicates, brokenStreams) = (0.0, 0.0, 0.0, 0.0)
    /// The longest way of a request, an answer, or a piece of a stream.
    var slowest = Duration.milliseconds(5)

    static let calm = Weather()
    static let rough = Weather(lostRequests: 0.03, lostAnswers: 0.05, duplicates: 0.1, brokenStreams: 0.05, slowest: .milliseconds(400))

    init(
        lostRequests: Double = 0, lostAnswers: Double = 0, duplicates: Double = 0, brokenStreams: Double = 0,
        slowest: Duration = .milliseconds(5)
    ) {
        (self.lostRequests, self.lostAnswers, self.duplicates) = (lostRequests, lostAnswers, duplicates)
        (self.brokenStreams, self.slowest) = (brokenStreams, slowest)
    }
}

/// The way between callers and a process: requests and answers take their time, get lost, or arrive twice.
final class SimulatedNetwork: Sendable {
    let clock: any WallClock
    private let random: RandomSource
    private let state = Mutex(Weather.calm)

    init(clock: any WallClock, random: RandomSource) { (self.clock, self.random) = (clock, random) }

    var weather: Weather {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
    /// Takes as long as a message does.
    func travel() async throws { try await clock.sleep(for: weather.slowest * random.fraction()) }
    /// Whether something of that share happens this time.
    func happens(_ share: Double) -> Bool { share > 0 && random.fraction() < share }
}

/// A caller's line to a process over the network.
struct SimulatedLine: HTTPTransport {
    let network: SimulatedNetwork
    /// The process that runs now and the handler in it; nil while none does.
    let door: @Sendable () -> (process: SimulatedProcess, transport: any HTTPTransport)?
    /// How long a caller waits for an answer: a process that was stopped gives none.
    private static let patience = Duration.seconds(30)
    /// Whether requests may arrive twice: only where the sender's precondition lets one of them count.
    var mayDuplicate = false

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        try await network.travel()
        let weather = network.weather
        guard !network.happens(weather.lostRequests) else {
            try await network.clock.sleep(for: .seconds(3))
            throw HTTPError.timedOut
        }
        guard let (process, transport) = door() else { throw HTTPError.connectionFailed("connection refused") }
        let answer = process.exchange(request, transport, network)
        if mayDuplicate, network.happens(weather.duplicates) { _ = process.exchange(request, transport, network) }
        let alarm = network.clock.alarm(after: Self.patience) { answer.fulfil(.failure(HTTPError.timedOut)) }
        defer { alarm.cancel() }
        let response = try await answer.value()
        try await network.travel()
        guard !network.happens(weather.lostAnswers) else { throw HTTPError.connectionLost("the answer got lost") }
        return response
    }
}
