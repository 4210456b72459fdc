import AWSProtocol
import Control
package import Documents

/// Launch templates.
extension EC2Service {
    var templateOperations: [String: OperationHandler] {
        [
            "CreateLaunchTemplate": createLaunchTemplate, "CreateLaunchTemplateVersion": createLaunchTemplateVersion,
            "DescribeLaunchTemplates": describeLaunchTemplates, "DescribeLaunchTemplateVersions": describeLaunchTemplateVersions,
            "DeleteLaunchTemplate": deleteLaunchTemplate, "ModifyLaunchTemplate": modifyLaunchTemplate,
        ]
    }
    private func template(_ input: Value) throws -> LaunchTemplate {
        if let name = input["LaunchTemplateName"].string {
            guard let found = records.list(LaunchTemplate.self).first(where: { $0.spec.name == name }) else {
                throw AWSError(
                    "InvalidLaunchTemplateName.NotFoundException",
                    "The specified launch template, with template name \(name), does not exist.")
            }
            return found
        }
        guard let found = LaunchTemplate(try resource(.launchTemplate, input["LaunchTemplateId"].string)) else {
            throw EC2Type.launchTemplate.notFound(input["LaunchTemplateId"].string ?? "")
        }
        return found
    }
    /// The launch data of the version that a specification names.
    func launchTemplateData(_ input: Value) throws -> Value {
        try LaunchTemplates.data(of: try template(input), version: input["Version"].string)
    }
    private func shape(_ template: LaunchTemplate) -> Value {
        var shape = template.spec.value
        shape["Versions"] = .null
        shape["LaunchTemplateId"] = template.metadata.value["name"]
        return shape
    }

    func createLaunchTemplate(_ input: Value, _ context: OperationContext) async throws -> Value {
        let name = input["LaunchTemplateName"].string ?? ""
        let duplicate = AWSError("InvalidLaunchTemplateName.AlreadyExistsException", "Launch template name already in use.")
        guard !records.list(LaunchTemplate.self).contains(where: { $0.spec.name == name }) else { throw duplicate }
        let id = newID(.launchTemplate)
        _ = try await create(
            .launchTemplate, id: id,
            [
                "LaunchTemplateName": .string(name), "CreateTime": .string(context.now.text), "CreatedBy": .string(context.principal.arn),
                "DefaultVersionNumber": 1, "LatestVersionNumber": 1, "Versions": [version(1, input, context)],
            ], tags: try tags(input, for: .launchTemplate))
        if try await yields(.launchTemplate, id, where: { $0["LaunchTemplateName"].string == name }) { throw duplicate }
        guard let created = records.get(LaunchTemplate.self, id) else { throw EC2Type.launchTemplate.notFound(id) }
        return ["LaunchTemplate": shape(created)]
    }
    private func version(_ number: Int, _ input: Value, _ context: OperationContext) -> Value {
        [
            "VersionNumber": .int(Int64(number)), "VersionDescription": input["VersionDescription"],
            "CreateTime": .string(context.now.text),
            "CreatedBy": .string(context.principal.arn), "LaunchTemplateData": input["LaunchTemplateData"],
        ]
    }
    private func describe(_ version: Value, of template: LaunchTemplate) -> Value {
        var shape = version
        shape["LaunchTemplateId"] = template.metadata.value["name"]
        shape["LaunchTemplateName"] = template.spec.value["LaunchTemplateName"]
        shape["DefaultVersion"] = .bool(version["VersionNumber"].int == template.spec.standard)
        return shape
    }
    func createLaunchTemplateVersion(_ input: Value, _ context: OperationContext) async throws -> Value {
        let standing = try template(input)
        var input = input
        if let source = input["SourceVersion"].string {
            var data = try LaunchTemplates.data(of: standing, version: source)
            for member in input["LaunchTemplateData"].object ?? [:] { data[member.key] = member.value }
            input["LaunchTemplateData"] = data
        }
        var made: Value = .null
        let updated = try await records.update(LaunchTemplate.self, standing.metadata.name ?? "") { template in
            let number = (template.spec.latest ?? 0) + 1
            made = version(number, input, context)
            template.spec.value["Versions"] = .array(template.spec.value["Versions"].items + [made])
            template.spec.latest = number
        }
        return ["LaunchTemplateVersion": describe(made, of: updated ?? standing)]
    }
    func modifyLaunchTemplate(_ input: Value, _ context: OperationContext) async throws -> Value {
        let standing = try template(input)
        let updated = try await records.update(LaunchTemplate.self, standing.metadata.name ?? "") { template in
            guard let number = Int(input["DefaultVersion"].string ?? ""),
                (template.spec.versions ?? []).contains(where: { $0.number == number })
            else {
                throw AWSError(
                    "InvalidLaunchTemplateId.VersionNotFound",
                    "Could not find the specified version \(input["DefaultVersion"].string ?? "")")
            }
            template.spec.standard = number
        }
        return ["LaunchTemplate": shape(updated ?? standing)]
    }
    func describeLaunchTemplates(_ input: Value, _ context: OperationContext) async throws -> Value {
        let names = input["LaunchTemplateNames"].items.compactMap(\.string)
        for name in names { _ = try template(["LaunchTemplateName": .string(name)]) }
        let shapes = records.list(LaunchTemplate.self).filter { names.isEmpty || names.contains($0.spec.name ?? "") }.map(shape)
        return try describe(.launchTemplate, input, shapes: shapes)
    }
    func describeLaunchTemplateVersions(_ input: Value, _ context: OperationContext) async throws -> Value {
        let template = try template(input)
        let wanted = input["Versions"].items.compactMap(\.string)
        let numbers = try wanted.map { try LaunchTemplates.number($0, of: template) }
        let shapes = template.spec.value["Versions"].items.filter { numbers.isEmpty || numbers.contains($0["VersionNumber"].int ?? 0) }
        return try Self.page(shapes.map { describe($0, of: template) }, input, "LaunchTemplateVersions")
    }
    func deleteLaunchTemplate(_ input: Value, _ context: OperationContext) async throws -> Value {
        let found = try template(input)
        try await records.delete(LaunchTemplate.self, found.metadata.name ?? "")
        return ["LaunchTemplate": shape(found)]
    }
}

/// Reading launch templates.
package enum LaunchTemplates {
    /// The number that `$Latest`, `$Default`, nothing or a number names.
    static func number(_ version: String?, of template: LaunchTemplate) throws -> Int {
        switch version {
        case nil, "$Default": return template.spec.standard ?? 1
        case "$Latest": return template.spec.latest ?? 1
        case let text?:
            guard let number = Int(text), (template.spec.versions ?? []).contains(where: { $0.number == number }) else {
                throw AWSError("InvalidLaunchTemplateId.VersionNotFound", "Could not find the specified version \(text)")
            }
            return number
        }
    }
    /// The launch data of a version.
    package static func data(of template: LaunchTemplate, version: String?) throws -> Value {
        let number = try number(version, of: template)
        return (template.spec.versions ?? []).first { $0.number == number }?.data ?? [:]
    }
}
