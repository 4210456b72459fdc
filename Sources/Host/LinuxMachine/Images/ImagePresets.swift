import Glibc
import Linux

/// Images out of programs that Debian packages, for machines that reach no registry.
extension ImageRecipe {
    /// What can be made: the preset, and the program of the host that it needs.
    package static let presets = ["busybox": "busybox", "nginx": "nginx"]

    /// A preset by its name. - Throws: `MachineFailure` when there is none or its program is not installed, `LinuxError`.
    package static func preset(_ preset: String, names: [String], port: Int) async throws -> ImageRecipe {
        guard let program = presets[preset] else {
            throw MachineFailure("there is no image \"\(preset)\"; known are \(presets.keys.sorted().joined(separator: ", "))")
        }
        guard HostPrograms.find(program) != nil else { throw MachineFailure("\(program) is not installed on this machine") }
        var recipe = try await shell(names: names)
        if preset == "nginx" { recipe.addServer(port: port) }
        return recipe
    }

    /// BusyBox with all its applets. Without it an image has no shell.
    private static func shell(names: [String]) async throws -> ImageRecipe {
        var recipe = ImageRecipe(names: names)
        recipe.texts["/etc/passwd"] = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n"
        recipe.texts["/etc/group"] = "root:x:0:\nnogroup:x:65534:\n"
        recipe.folders = ["/root"]
        recipe.command = ["sh"]
        guard let busybox = HostPrograms.find("busybox") else { return recipe }
        recipe.programs["/bin/busybox"] = busybox
        let (_, output) = try await Spawn.run(Program(busybox, ["--list"]))
        for applet in String(decoding: output, as: UTF8.self).split(separator: "\n") where applet != "busybox" {
            recipe.links["/bin/\(applet)"] = "busybox"
        }
        return recipe
    }
    /// nginx in the foreground with one page, logs on its standard output and error.
    private mutating func addServer(port: Int) {
        guard let nginx = HostPrograms.find("nginx") else { return }
        programs["/usr/sbin/nginx"] = nginx
        ports = ["\(port)/tcp"]
        command = ["nginx", "-g", "daemon off;"]
        folders += ["/var/log/nginx", "/var/lib/nginx", "/var/run"]
        for name in ["mime.types"] { programs["/etc/nginx/\(name)"] = Files.exists("/etc/nginx/\(name)") ? "/etc/nginx/\(name)" : nil }
        let types = programs["/etc/nginx/mime.types"] == nil ? "" : "    include /etc/nginx/mime.types;\n"
        texts["/etc/nginx/nginx.conf"] = """
            user root;
            worker_processes 1;
            error_log /dev/stderr notice;
            pid /var/run/nginx.pid;
            events { worker_connections 1024; }
            http {
            \(types)    access_log /dev/stdout;
                default_type text/html;
                server {
                    listen \(port);
                    location / { root /usr/share/nginx/html; index index.html; }
                }
            }

            """
        texts["/usr/share/nginx/html/index.html"] =
            "<!DOCTYPE html>\n<html><title>Welcome to nginx!</title><h1>Welcome to nginx!</h1></html>\n"
    }
}
