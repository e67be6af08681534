package dev.pgevents.benchmarks.sidebyside;

/**
 * The payload of all notifications.
 *
 * @param sent when it was sent, or should have been; 0 where it does not matter
 * @param number counts what was sent
 */
record Sent(long sent, long number) {

	/** The notification of the wire format, of about 200 characters. */
	String notification(String channel) {
		return "{\"id\":\"01993b7e-9f3a-7c52-8c31-" + String.format("%012x", this.number) + "\",\"type\":\"" + channel
				+ "\",\"app_id\":\"0x5112cF49F2511ac7b13A032c4c62A48410FC28Fb\",\"timestamp\":"
				+ "\"2026-11-24T10:00:00.123456Z\",\"payload\":{\"sent\":" + this.sent + ",\"number\":" + this.number
				+ "}}";
	}

	/** The same notifications as an SQL expression over {@code n}, sent at no time. */
	static String notificationSql(String channel) {
		return "'{\"id\":\"01993b7e-9f3a-7c52-8c31-' || lpad(to_hex(n), 12, '0') || '\",\"type\":\"" + channel
				+ "\",\"app_id\":\"0x5112cF49F2511ac7b13A032c4c62A48410FC28Fb\",\"timestamp\":"
				+ "\"2026-11-24T10:00:00.123456Z\",\"payload\":{\"sent\":0,\"number\":' || n || '}}'";
	}

}
