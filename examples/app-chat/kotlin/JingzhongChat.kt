// A client of the in-app chat (docs/app-chat.md) for Android and the JVM. Needs com.squareup.okhttp3:okhttp:4.12.0 and, off
// Android, org.json:json. All events are called on one background thread: hand them to the main thread to show them.
package com.example.jingzhong

import java.util.UUID
import java.util.concurrent.Executors
import java.util.concurrent.ScheduledFuture
import java.util.concurrent.TimeUnit
import kotlin.math.min
import kotlin.random.Random
import okhttp3.HttpUrl
import okhttp3.HttpUrl.Companion.toHttpUrl
import okhttp3.OkHttpClient
import okhttp3.Request
import okhttp3.Response
import okhttp3.WebSocket
import okhttp3.WebSocketListener
import org.json.JSONArray
import org.json.JSONObject

interface ChatEvents {
    fun reply(messageId: String, messages: JSONArray)
    fun refused(messageId: String, messages: JSONArray)
    fun mail(id: String, messages: JSONArray)
    fun history(entries: List<JSONObject>)
    fun state(name: String) // "online", "reconnecting", "signin" or "barred"
}

/** `token` fetches a fresh token from the institution's backend; it blocks, and throws when nobody is logged in. */
class JingzhongChat(service: String, private val token: () -> String, private val events: ChatEvents) {
    private val base: HttpUrl = service.toHttpUrl().newBuilder().addPathSegments("webhooks/app").build()
    private val client = OkHttpClient.Builder().pingInterval(20, TimeUnit.SECONDS).build()
    private val thread = Executors.newSingleThreadScheduledExecutor()
    private val waiting = LinkedHashMap<String, String>() // message id to text, until it is answered
    private val shown = HashSet<String>() // "role id" of what was handed to the events
    private var socket: WebSocket? = null
    private var ready = false
    private var stopped = true
    private var attempt = 0
    private var renewal: ScheduledFuture<*>? = null

    /** Connects and keeps connected until [stop]. */
    fun start() = thread.execute {
        stopped = false
        open()
    }

    fun stop() = thread.execute {
        stopped = true
        renewal?.cancel(false)
        socket?.close(1000, null)
    }

    /** Sends a message, now or as soon as there is a connection; returns its id. */
    fun say(text: String): String {
        val id = UUID.randomUUID().toString()
        thread.execute {
            waiting[id] = text
            if (ready) sendMessage(id, text)
        }
        return id
    }

    /** Call it when mail was on a screen in sight. */
    fun read(mailIds: List<String>) = thread.execute { if (ready) receipt("read", mailIds) }

    /** The app's yellow bar, or null; blocks. */
    fun banner(): JSONObject? {
        val url = base.newBuilder().addPathSegment("banner").build()
        val request = Request.Builder().url(url).header("Authorization", "Bearer ${token()}").build()
        client.newCall(request).execute().use { answer ->
            check(answer.isSuccessful) { "banner: HTTP ${answer.code}" }
            return JSONObject(answer.body!!.string()).optJSONObject("banner")
        }
    }

    private fun open() {
        if (stopped || socket != null) return
        val first = try {
            token()
        } catch (error: Exception) {
            return again("signin")
        }
        val url = base.newBuilder().addPathSegment("ws").build()
        socket = client.newWebSocket(Request.Builder().url(url).build(), object : WebSocketListener() {
            override fun onOpen(webSocket: WebSocket, response: Response) {
                webSocket.send(JSONObject(mapOf("type" to "token", "token" to first)).toString())
            }

            override fun onMessage(webSocket: WebSocket, text: String) = thread.execute { hear(JSONObject(text)) }

            override fun onClosing(webSocket: WebSocket, code: Int, reason: String) {
                webSocket.close(1000, null)
                thread.execute { closed(webSocket, code) }
            }

            override fun onFailure(webSocket: WebSocket, t: Throwable, response: Response?) =
                thread.execute { closed(webSocket, 1006) }
        })
    }

    private fun hear(frame: JSONObject) {
        val about = frame.optString("in_reply_to")
        val messages = frame.optJSONArray("messages") ?: JSONArray()
        when (frame.getString("type")) {
            "hello" -> {
                ready = true
                attempt = 0
                events.state("online")
                renewLater(frame.getLong("expires_in"))
                send(mapOf("type" to "history"))
                // Whatever got no answer is sent again under its id; the server answers an id once.
                waiting.forEach { (id, text) -> sendMessage(id, text) }
            }
            "token" -> renewLater(frame.getLong("expires_in"))
            "reply" -> if (waiting.remove(about) != null) {
                shown += listOf("user $about", "assistant $about")
                events.reply(about, messages)
            }
            "error" -> if (about in waiting) {
                events.refused(about, messages)
                if (!frame.has("retry_after")) waiting.remove(about)
                else later(frame.getLong("retry_after") * 1000) {
                    waiting[about]?.let { text -> if (ready) sendMessage(about, text) }
                }
            }
            "mail" -> {
                val id = frame.getString("id")
                receipt("delivered", listOf(id))
                if (shown.add("mail $id")) events.mail(id, messages)
            }
            "history" -> {
                val entries = frame.getJSONArray("entries")
                val fresh = (0 until entries.length()).map(entries::getJSONObject).filter { entry ->
                    entry.getString("id") !in waiting && shown.add("${entry.getString("role")} ${entry.getString("id")}")
                }
                if (fresh.isNotEmpty()) events.history(fresh)
            }
        }
    }

    private fun renewLater(seconds: Long) {
        renewal?.cancel(false)
        // Should it fail, the socket is closed when the old token has run out, and the next one asks again.
        renewal = later(seconds * 2000 / 3) {
            runCatching { send(mapOf("type" to "token", "token" to token())) }
        }
    }

    private fun closed(of: WebSocket, code: Int) {
        if (of !== socket) return
        socket = null
        ready = false
        renewal?.cancel(false)
        if (code == 4403) events.state("barred") else again(if (code == 4401) "signin" else "reconnecting")
    }

    private fun again(state: String) {
        if (stopped) return
        events.state(state)
        val longest = min(30_000L, 500L shl min(attempt++, 6))
        later(longest / 2 + Random.nextLong(longest / 2)) { open() }
    }

    private fun later(milliseconds: Long, work: () -> Unit): ScheduledFuture<*> =
        thread.schedule(work, milliseconds, TimeUnit.MILLISECONDS)

    private fun sendMessage(id: String, text: String) =
        send(mapOf("type" to "message", "message_id" to id, "text" to text))

    private fun receipt(kind: String, ids: List<String>) = send(mapOf("type" to "receipt", kind to JSONArray(ids)))

    private fun send(frame: Map<String, Any>) {
        socket?.send(JSONObject(frame).toString())
    }
}
