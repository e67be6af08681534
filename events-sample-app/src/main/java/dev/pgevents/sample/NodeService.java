package dev.pgevents.sample;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * The services of a node.
 */
enum NodeService {

	EVMREADER, ADVANCER, VALIDATOR, CLAIMER, PRT;

	/**
	 * The services that this process runs.
	 * @param environment names them in the property {@code services}
	 * @return those named, or all
	 * @throws UnknownServiceException if one of them does not exist
	 */
	static Set<NodeService> selected(Environment environment) {
		String names = environment.getProperty("services", "");
		if (!StringUtils.hasText(names)) {
			return EnumSet.allOf(NodeService.class);
		}
		return Arrays.stream(StringUtils.commaDelimitedListToStringArray(names))
			.map(NodeService::of)
			.collect(Collectors.toCollection(() -> EnumSet.noneOf(NodeService.class)));
	}

	/** The names of services, for messages. */
	static String names(Set<NodeService> services) {
		return services.stream().map(NodeService::toString).collect(Collectors.joining(", "));
	}

	private static NodeService of(String name) {
		return Arrays.stream(values())
			.filter((service) -> service.name().equalsIgnoreCase(name.trim()))
			.findFirst()
			.orElseThrow(() -> new UnknownServiceException(name.trim()));
	}

	@Override
	public String toString() {
		return name().toLowerCase(Locale.ROOT);
	}

}
