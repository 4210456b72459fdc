import AWSProtocol
import Network

/// What goes wrong, in the words for a person at a terminal.
enum Failure {
    static func text(_ error: any Error) -> String {
        switch error {
        case let error as AWSError: "\(error.code): \(error.message)"
        case HTTPError.connectionFailed(let reason):
            "cannot reach the region (\(reason)); is it running? Start it with 'eyrie up', or see 'eyrie status'"
        default: "\(error)"
        }
    }
}
