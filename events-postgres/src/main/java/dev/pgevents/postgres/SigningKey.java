package dev.pgevents.postgres;

import java.nio.charset.StandardCharsets;

import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

import dev.pgevents.postgres.internal.wire.NotificationSigner;

/**
 * A secret that services share in order to know each other's events: see
 * {@link PostgresEventBus.Builder#signing}. Immutable; never shows what it holds.
 *
 * @since 0.1
 */
public final class SigningKey {

	/**
	 * The shortest key, in bytes: that of the signature, as RFC 2104 advises and RFC 7518
	 * demands for HMAC-SHA-256.
	 */
	public static final int MIN_BYTES = 32;

	private final SecretKey secret;

	private SigningKey(byte[] bytes) {
		if (bytes.length < MIN_BYTES) {
			throw new IllegalArgumentException("signing key is " + bytes.length + " bytes, it must be at least "
					+ MIN_BYTES + ": make one with \"openssl rand -hex 32\"");
		}
		this.secret = new SecretKeySpec(bytes, NotificationSigner.ALGORITHM);
	}

	/**
	 * Returns the key that is written as the given text: its UTF-8 bytes, whether they
	 * look like hexadecimal digits, Base64 or anything else.
	 * @param text at least {@value #MIN_BYTES} bytes, hard to guess
	 * @return the key
	 * @throws IllegalArgumentException if it is too short, or begins or ends with white
	 * space, such as the line break of a file, on which services would not agree
	 */
	public static SigningKey of(String text) {
		if (!text.strip().equals(text)) {
			throw new IllegalArgumentException(
					"signing key begins or ends with white space, the line break of a file perhaps: take it away, "
							+ "since other services may");
		}
		return new SigningKey(text.getBytes(StandardCharsets.UTF_8));
	}

	/**
	 * Returns the key of the given bytes.
	 * @param bytes at least {@value #MIN_BYTES}, hard to guess; copied
	 * @return the key
	 * @throws IllegalArgumentException if they are too few
	 */
	public static SigningKey of(byte[] bytes) {
		return new SigningKey(bytes);
	}

	SecretKey secret() {
		return this.secret;
	}

	/**
	 * Shows nothing of the key.
	 */
	@Override
	public String toString() {
		return "SigningKey[hidden]";
	}

}
