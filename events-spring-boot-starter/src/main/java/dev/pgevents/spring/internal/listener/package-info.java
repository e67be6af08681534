/**
 * From annotated methods to subscriptions. Spring's own event listener processor finds
 * the methods and hands them to {@code DomainEventListenerFactory}; a
 * {@code HandlerMethodReader} makes an {@code Endpoint} of each annotation or says why it
 * cannot; {@code EndpointContainer} starts and stops the endpoints. The bridge to
 * application events is one more endpoint.
 */
@NullMarked
package dev.pgevents.spring.internal.listener;

import org.jspecify.annotations.NullMarked;
