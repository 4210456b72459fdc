import Testing

@testable import AWSProtocol

@Suite struct ModelTests {
    @Test(arguments: Models.names)
    func `every service's model parses, and every operation finds its shapes`(name: String) throws {
        let model = try #require(Models.named(name))
        #expect(model.name == name)
        #expect(!model.operations.isEmpty)
        for operation in model.operations.values {
            if let input = operation.input, case .structure = model.shape(input).form {
            } else {
                #expect(operation.input == nil, "\(operation.name)")
            }
            for error in operation.errors { #expect(model.shapes.contains { $0.name == error && $0.error != nil }, "\(error)") }
        }
        for paginator in model.paginators.values { #expect(paginator.inputTokens.count == paginator.outputTokens.count) }
    }

    @Test func `operations that AWS has are known by name where their shapes are left out`() throws {
        let model = try #require(Models.named("ec2"))
        #expect(model.otherOperations.contains("CreateFleet"))
        #expect(model.operations["CreateFleet"] == nil)
        #expect(model.operations["RunInstances"] != nil)
    }

    @Test func `a text that is no model is refused`() { #expect(ModelText.parse("struct\tA") == nil) }

    @Test(arguments: Models.names)
    func `every pattern of the models can be read`(name: String) throws {
        let model = try #require(Models.named(name))
        for shape in model.shapes where !shape.pattern.isEmpty {
            #expect(Constraints.regex(shape.pattern) != nil, "\(shape.name): \(shape.pattern)")
        }
    }
}
