// A client of the in-app chat (docs/app-chat.md) for iOS 15 and macOS 12 or later. Events are called on the main actor.

import Foundation

@MainActor
protocol ChatEvents: AnyObject {
    func reply(to messageId: String, messages: [[String: Any]])
    func refused(_ messageId: String, messages: [[String: Any]])
    func mail(_ id: String, messages: [[String: Any]])
    func history(_ entries: [[String: Any]])
    /// "online", "reconnecting", "signin" or "barred"
    func state(_ name: String)
}

@MainActor
final class JingzhongChat {
    private let base: URL
    private let token: () async throws -> String
    private weak var events: ChatEvents?
    private var order: [String] = []
    private var waiting: [String: String] = [:]  // message id to text, until it is answered
    private var shown: Set<String> = []  // "role id" of what was handed to the events
    private var socket: URLSessionWebSocketTask?
    private var ready = false
    private var loop: Task<Void, Never>?
    private var renewal: Task<Void, Never>?

    /// `token` fetches a fresh token from the institution's backend, and throws when nobody is logged in.
    init(service: URL, events: ChatEvents, token: @escaping () async throws -> String) {
        self.base = service.appendingPathComponent("webhooks/app")
        self.events = events
        self.token = token
    }

    /// Connects and keeps connected until `stop()`.
    func start() {
        guard loop == nil else { return }
        loop = Task { [weak self] in
            var attempt = 0
            while !Task.isCancelled {
                guard let end = await self?.converse(greeted: { attempt = 0 }) else { return }
                self?.events?.state(end)
                if end == "barred" { return }
                let longest = min(30.0, 0.5 * pow(2.0, Double(attempt)))
                attempt += 1
                try? await Task.sleep(nanoseconds: UInt64(Double.random(in: longest / 2...longest) * 1e9))
            }
        }
    }

    func stop() {
        loop?.cancel()
        loop = nil
        renewal?.cancel()
        socket?.cancel(with: .normalClosure, reason: nil)
    }

    /// Sends a message, now or as soon as there is a connection; returns its id.
    @discardableResult
    func say(_ text: String) -> String {
        let id = UUID().uuidString
        order.append(id)
        waiting[id] = text
        if ready { send(["type": "message", "message_id": id, "text": text]) }
        return id
    }

    /// Call it when mail was on a screen in sight.
    func read(_ mailIds: [String]) {
        if ready { send(["type": "receipt", "read": mailIds]) }
    }

    /// The app's yellow bar, or nil.
    func banner() async throws -> [String: Any]? {
        var request = URLRequest(url: base.appendingPathComponent("banner"))
        request.setValue("Bearer \(try await token())", forHTTPHeaderField: "Authorization")
        let (data, answer) = try await URLSession.shared.data(for: request)
        guard (answer as? HTTPURLResponse)?.statusCode == 200 else { throw URLError(.badServerResponse) }
        return (try JSONSerialization.jsonObject(with: data) as? [String: Any])?["banner"] as? [String: Any]
    }

    /// One socket from its first frame to its end; returns the state that follows.
    private func converse(greeted: () -> Void) async -> String {
        guard let first = try? await token() else { return "signin" }
        var parts = URLComponents(url: base.appendingPathComponent("ws"), resolvingAgainstBaseURL: false)!
        parts.scheme = parts.scheme == "http" ? "ws" : "wss"
        let task = URLSession.shared.webSocketTask(with: parts.url!)
        socket = task
        task.resume()
        send(["type": "token", "token": first])
        while let frame = await next(of: task) {
            if frame["type"] as? String == "hello" { greeted() }
            hear(frame)
        }
        ready = false
        renewal?.cancel()
        switch task.closeCode.rawValue {
        case 4401: return "signin"
        case 4403: return "barred"
        default: return "reconnecting"
        }
    }

    private func next(of task: URLSessionWebSocketTask) async -> [String: Any]? {
        guard case .string(let text)? = try? await task.receive() else { return nil }
        return try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    }

    private func hear(_ frame: [String: Any]) {
        let about = frame["in_reply_to"] as? String ?? ""
        let messages = frame["messages"] as? [[String: Any]] ?? []
        switch frame["type"] as? String {
        case "hello":
            ready = true
            events?.state("online")
            renewLater(frame["expires_in"] as? Double)
            send(["type": "history"])
            // Whatever got no answer is sent again under its id; the server answers an id once.
            for id in order { sendAgain(id) }
        case "token":
            renewLater(frame["expires_in"] as? Double)
        case "reply" where waiting[about] != nil:
            settle(about)
            shown.formUnion(["user \(about)", "assistant \(about)"])
            events?.reply(to: about, messages: messages)
        case "error" where waiting[about] != nil:
            events?.refused(about, messages: messages)
            guard let seconds = frame["retry_after"] as? Double else { return settle(about) }
            Task {
                try? await Task.sleep(nanoseconds: UInt64(seconds * 1e9))
                if ready { sendAgain(about) }
            }
        case "mail":
            guard let id = frame["id"] as? String else { return }
            send(["type": "receipt", "delivered": [id]])
            if shown.insert("mail \(id)").inserted { events?.mail(id, messages: messages) }
        case "history":
            let fresh = (frame["entries"] as? [[String: Any]] ?? []).filter { entry in
                guard let role = entry["role"] as? String, let id = entry["id"] as? String else { return false }
                return waiting[id] == nil && shown.insert("\(role) \(id)").inserted
            }
            if !fresh.isEmpty { events?.history(fresh) }
        default: break
        }
    }

    private func settle(_ id: String) {
        waiting[id] = nil
        order.removeAll { $0 == id }
    }

    private func sendAgain(_ id: String) {
        if let text = waiting[id] { send(["type": "message", "message_id": id, "text": text]) }
    }

    private func renewLater(_ seconds: Double?) {
        renewal?.cancel()
        guard let seconds else { return }
        renewal = Task {
            try? await Task.sleep(nanoseconds: UInt64(seconds * 2 / 3 * 1e9))
            // Should it fail, the socket is closed when the old token has run out, and the next one asks again.
            guard !Task.isCancelled, let fresh = try? await token() else { return }
            send(["type": "token", "token": fresh])
        }
    }

    private func send(_ frame: [String: Any]) {
        guard let data = try? JSONSerialization.data(withJSONObject: frame) else { return }
        socket?.send(.string(String(decoding: data, as: UTF8.self))) { _ in }
    }
}
