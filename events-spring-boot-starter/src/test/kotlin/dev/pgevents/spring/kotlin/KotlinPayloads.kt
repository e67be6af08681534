package dev.pgevents.spring.kotlin

import dev.pgevents.spring.AppId
import dev.pgevents.spring.DomainEvent
import dev.pgevents.spring.OnDomainEvent
import java.time.Instant
import java.util.concurrent.BlockingQueue

@DomainEvent("order.placed")
data class OrderPlaced(
    @AppId val app: String,
    val amount: Int = 7,
    val note: String? = null,
    val isGift: Boolean = false,
    val lines: List<Line> = emptyList(),
    val status: Status = Status.NEW,
    val at: Instant? = null,
)

data class Line(val sku: String, val count: Int)

enum class Status { NEW, PAID }

sealed interface ParcelEvent

@DomainEvent("parcel.sent")
data class ParcelSent(val id: String, val weight: Double = 1.5) : ParcelEvent

@DomainEvent("parcel.lost")
data class ParcelLost(val id: String) : ParcelEvent

class OrderHandler(private val received: BlockingQueue<Any>) {

    @OnDomainEvent
    fun on(order: OrderPlaced, @AppId app: String) {
        received.add(order)
        received.add(app)
    }

    @OnDomainEvent
    fun on(parcel: ParcelEvent) {
        when (parcel) {
            is ParcelSent -> received.add(parcel)
            is ParcelLost -> received.add("lost ${parcel.id}")
        }
    }
}

class LargeOrderHandler(private val received: BlockingQueue<Any>) {

    @OnDomainEvent(condition = "#order.amount > 100")
    fun on(order: OrderPlaced) {
        received.add(order)
    }
}

class SuspendingHandler {

    @OnDomainEvent
    suspend fun on(order: OrderPlaced) {
        order.toString()
    }
}

class ReturningHandler(private val received: MutableList<Any>) {

    @OnDomainEvent
    fun on(order: OrderPlaced) = received.add(order)
}
