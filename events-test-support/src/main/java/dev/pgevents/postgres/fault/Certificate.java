package dev.pgevents.postgres.fault;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;

/**
 * A self-signed certificate for {@code localhost}, made by the JDK's keytool.
 */
final class Certificate {

	private static final String PASSWORD = "password";

	private Certificate() {
	}

	/**
	 * Writes {@code server.crt} and {@code server.key}, where PostgreSQL looks for them.
	 */
	static void create(Path folder) {
		Path store = folder.resolve("server.p12");
		String keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
		PostgresBinaries.run(folder.resolve("keytool.log"),
				List.of(keytool, "-genkeypair", "-alias", "server", "-keyalg", "EC", "-groupname", "secp256r1",
						"-validity", "2", "-dname", "CN=localhost", "-ext", "san=dns:localhost,ip:127.0.0.1",
						"-storetype", "PKCS12", "-keystore", store.toString(), "-storepass", PASSWORD));
		try (InputStream input = Files.newInputStream(store)) {
			KeyStore keys = KeyStore.getInstance("PKCS12");
			keys.load(input, PASSWORD.toCharArray());
			write(folder.resolve("server.crt"), "CERTIFICATE", keys.getCertificate("server").getEncoded());
			write(folder.resolve("server.key"), "PRIVATE KEY",
					keys.getKey("server", PASSWORD.toCharArray()).getEncoded());
		}
		catch (IOException | GeneralSecurityException ex) {
			throw new IllegalStateException("no certificate could be made", ex);
		}
	}

	private static void write(Path file, String what, byte[] content) throws IOException {
		String text = Base64.getMimeEncoder(64, new byte[] { '\n' }).encodeToString(content);
		Files.writeString(file, "-----BEGIN " + what + "-----\n" + text + "\n-----END " + what + "-----\n",
				StandardCharsets.US_ASCII);
		Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
	}

}
