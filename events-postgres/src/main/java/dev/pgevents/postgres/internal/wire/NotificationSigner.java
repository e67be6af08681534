package dev.pgevents.postgres.internal.wire;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;

import javax.crypto.Mac;

/**
 * Signs notifications and refuses those that were not signed with a key, before anything
 * else of them is looked at. The signature is the first field, and covers the channel and
 * the notification as it is without it; {@code docs/wire-format.md} has the details.
 * Thread-safe.
 */
public final class NotificationSigner {

	/** How signatures are made. */
	public static final String ALGORITHM = "HmacSHA256";

	private static final String BEFORE = "{\"sig\":\"";

	private static final String AFTER = "\",";

	private static final int DIGITS = 64;

	private static final int SIGNED_LENGTH = BEFORE.length() + DIGITS + AFTER.length();

	/** How many bytes longer a notification is for its signature. */
	public static final int OVERHEAD = SIGNED_LENGTH - 1;

	private final Mac signing;

	private final List<Mac> accepted;

	/**
	 * Creates a signer.
	 * @param key signs; accepted as well
	 * @param alsoAccepted other keys whose signatures are accepted
	 */
	public NotificationSigner(Key key, List<? extends Key> alsoAccepted) {
		this.signing = mac(key);
		this.accepted = alsoAccepted.stream().map(NotificationSigner::mac).toList();
	}

	/**
	 * Signs a notification.
	 * @param channel where it is sent
	 * @param notification a JSON object that begins with its first field
	 * @return the same with a signature, {@link #OVERHEAD} bytes longer
	 */
	public String sign(String channel, String notification) {
		return BEFORE + signature(this.signing, channel, notification) + AFTER + notification.substring(1);
	}

	/**
	 * Checks the signature of a notification.
	 * @param channel where it arrived
	 * @param notification what arrived
	 * @return the notification without its signature
	 * @throws RefusedNotificationException if it is not signed, or with none of the keys,
	 * or for another channel
	 */
	public String verify(String channel, String notification) throws RefusedNotificationException {
		if (!notification.startsWith(BEFORE) || !notification.startsWith(AFTER, SIGNED_LENGTH - AFTER.length())) {
			throw new RefusedNotificationException("it does not begin with a signature");
		}
		String unsigned = '{' + notification.substring(SIGNED_LENGTH);
		String signature = notification.substring(BEFORE.length(), BEFORE.length() + DIGITS);
		if (isOf(this.signing, signature, channel, unsigned)) {
			return unsigned;
		}
		for (Mac other : this.accepted) {
			if (isOf(other, signature, channel, unsigned)) {
				return unsigned;
			}
		}
		throw new RefusedNotificationException("its signature was made with another key or for another channel");
	}

	private static boolean isOf(Mac key, String signature, String channel, String unsigned) {
		// In constant time, or the right one could be found by trial.
		return MessageDigest.isEqual(bytes(signature), bytes(signature(key, channel, unsigned)));
	}

	private static String signature(Mac key, String channel, String notification) {
		Mac mac = copy(key);
		mac.update(bytes(channel));
		mac.update((byte) 0); // neither may contain it
		return HexFormat.of().formatHex(mac.doFinal(bytes(notification)));
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	private static Mac mac(Key key) {
		try {
			Mac mac = Mac.getInstance(ALGORITHM);
			mac.init(key);
			return mac;
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("this Java has no " + ALGORITHM, ex);
		}
	}

	/** Cheaper than a new one, and unlike one for each thread, gone when it was used. */
	private static Mac copy(Mac mac) {
		try {
			return (Mac) mac.clone();
		}
		catch (CloneNotSupportedException ex) {
			throw new IllegalStateException("this Java's " + ALGORITHM + " cannot be copied", ex);
		}
	}

}
