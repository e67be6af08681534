package dev.pgevents.spring.kotlin.page

import dev.pgevents.spring.AppId
import dev.pgevents.spring.DomainEvent
import dev.pgevents.spring.DomainEventPublisher
import dev.pgevents.spring.OnDomainEvent
import org.springframework.stereotype.Component
import org.springframework.transaction.annotation.Transactional

@DomainEvent("order.placed")
data class OrderPlaced(@AppId val app: String, val amount: Int = 7, val note: String? = null)

@Component
class Orders(private val publisher: DomainEventPublisher) {

    @OnDomainEvent(condition = "#order.amount > 5")
    fun on(order: OrderPlaced) {
        println(order.note)
    }

    @Transactional
    fun place(app: String) = publisher.publish(OrderPlaced(app))
}
