import Glibc

/// Turns names into addresses; a name server is asked on a thread of its own, as the C library knows only the blocking way.
enum Resolver {
    private final class Question {
        let host: String
        let port: Int
        let answer: @Sendable (Result<[SocketAddress], HTTPError>) -> Void
        init(host: String, port: Int, answer: @escaping @Sendable (Result<[SocketAddress], HTTPError>) -> Void) {
            (self.host, self.port, self.answer) = (host, port, answer)
        }
    }

    /// Calls `answer` with at least one address, or the reason why there is none: at once for numeric addresses.
    static func resolve(host: String, port: Int, answer: @escaping @Sendable (Result<[SocketAddress], HTTPError>) -> Void) {
        if let known = try? SocketAddress.resolve(host: host, port: port, numericOnly: true) { return answer(.success(known)) }
        let question = Unmanaged.passRetained(Question(host: host, port: port, answer: answer))
        var thread = pthread_t()
        let failure = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                let question = Unmanaged<Question>.fromOpaque(argument).takeRetainedValue()
                question.answer(
                    Result { () throws(HTTPError) in try SocketAddress.resolve(host: question.host, port: question.port) })
                return nil
            }, question.toOpaque())
        if failure == 0 {
            pthread_detach(thread)
        } else {
            question.release()
            answer(.failure(.connectionFailed("cannot start a thread")))
        }
    }
}
