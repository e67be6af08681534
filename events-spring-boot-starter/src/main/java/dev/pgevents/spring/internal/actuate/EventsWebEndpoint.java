package dev.pgevents.spring.internal.actuate;

import java.util.function.Supplier;

import org.springframework.aot.hint.annotation.RegisterReflectionForBinding;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/**
 * Answers over HTTP what cannot be done, and why: the actuator itself leaves the reason
 * out unless the application shows those of all errors.
 *
 * @since 0.1
 */
@EndpointWebExtension(endpoint = EventsEndpoint.class)
@RegisterReflectionForBinding(EventsWebEndpoint.Refusal.class)
public final class EventsWebEndpoint {

	private final EventsEndpoint endpoint;

	/**
	 * Answers for an endpoint.
	 * @param endpoint the endpoint
	 */
	public EventsWebEndpoint(EventsEndpoint endpoint) {
		this.endpoint = endpoint;
	}

	/**
	 * Does something with a method.
	 * @param id the method's id
	 * @param action what to do
	 * @return how the method is then, or a {@link Refusal}
	 */
	@WriteOperation
	public WebEndpointResponse<Object> operate(@Selector String id, EventsEndpoint.Action action) {
		return answer(() -> this.endpoint.operate(id, action));
	}

	/**
	 * Does something with a group of the event log.
	 * @param what which part of the log
	 * @param group the group's name
	 * @param action what to do
	 * @param target of what
	 * @return what was done, or a {@link Refusal}
	 */
	@WriteOperation
	public WebEndpointResponse<Object> operateGroup(@Selector String what, @Selector String group,
			GroupOperation action, String target) {
		return answer(() -> this.endpoint.operateGroup(what, group, action, target));
	}

	private static WebEndpointResponse<Object> answer(Supplier<Object> operation) {
		try {
			return new WebEndpointResponse<>(operation.get());
		}
		catch (InvalidEndpointRequestException ex) {
			return new WebEndpointResponse<>(new Refusal(String.valueOf(ex.getReason())),
					WebEndpointResponse.STATUS_BAD_REQUEST);
		}
	}

	/**
	 * Why something cannot be done.
	 *
	 * @param refused the reason
	 */
	public record Refusal(String refused) {

	}

}
