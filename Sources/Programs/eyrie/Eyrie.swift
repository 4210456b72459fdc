@main struct Eyrie {
    static func main() {}
}
