package dev.pgevents.console;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;

import org.springframework.core.io.Resource;

/**
 * A file of the page, compressed once.
 *
 * @param type its media type
 * @param plain its bytes
 * @param gzipped the same, compressed
 * @param tag changes with them
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares them
record Asset(String type, byte[] plain, byte[] gzipped, String tag) {

	static Asset of(Resource resource, String type) {
		try {
			byte[] plain = resource.getContentAsByteArray();
			CRC32 sum = new CRC32();
			sum.update(plain);
			return new Asset(type, plain, gzip(plain),
					"\"" + Integer.toHexString(plain.length) + "-" + Long.toHexString(sum.getValue()) + "\"");
		}
		catch (IOException ex) {
			throw new UncheckedIOException("the console's file " + resource + " cannot be read", ex);
		}
	}

	private static byte[] gzip(byte[] plain) throws IOException {
		ByteArrayOutputStream compressed = new ByteArrayOutputStream();
		try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
			gzip.write(plain);
		}
		return compressed.toByteArray();
	}

}
