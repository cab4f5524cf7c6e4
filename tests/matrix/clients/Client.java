// SPDX-License-Identifier: BSD-2-Clause
// java.net.http.HttpClient, which has its proxy by properties of the system, and
// a password for it by its program alone.
import java.net.Authenticator;
import java.net.PasswordAuthentication;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

public class Client {
	static final String url = System.getenv("URL"), token = System.getenv("TOKEN");

	static HttpClient client() {
		final String password = System.getProperty("proxy.password");
		HttpClient.Builder builder = HttpClient.newBuilder();

		if (password != null)
			builder.authenticator(new Authenticator() {
				@Override
				protected PasswordAuthentication getPasswordAuthentication() {
					return new PasswordAuthentication("apam", password.toCharArray());
				}
			});
		return builder.build();
	}

	static void call(HttpClient client, HttpRequest.Builder request, String want)
			throws Exception {
		if (!token.isEmpty())
			request.header("Authorization", "Bearer " + token);
		HttpResponse<String> got = client.send(request.build(),
			HttpResponse.BodyHandlers.ofString());
		if (!got.body().contains(want))
			throw new Exception(got.statusCode() + " " + got.body());
	}

	public static void main(String[] args) throws Exception {
		HttpClient client = client();

		call(client, HttpRequest.newBuilder(URI.create(url + "/echo?a=1")),
			"\"method\": \"GET\"");
		call(client, HttpRequest.newBuilder(URI.create(url + "/echo"))
			.POST(HttpRequest.BodyPublishers.ofString("x".repeat(2000))),
			"\"n\": 2000");
	}
}
