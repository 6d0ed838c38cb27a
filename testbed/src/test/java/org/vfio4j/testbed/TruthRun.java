/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What QEMU did in the VM, as src/test/guest/truth prints it.
 *
 * @param code QEMU's exit code
 * @param said on its monitor
 * @param errors what it wrote to standard error
 * @param picture the console's, as "width height md5"; empty if there was none
 */
record TruthRun(int code, List<JsonNode> said, List<String> errors, String picture) {
    /** By SIGABRT, as a shell tells it. */
    private static final int ABORTED = 134;

    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

    /** The runs of a VM by their numbers. */
    static Map<Integer, TruthRun> read(String output) {
        Map<Integer, TruthRun> runs = new LinkedHashMap<>();
        List<JsonNode> said = new ArrayList<>();
        List<String> errors = new ArrayList<>();
        String picture = "";
        int row = 0;
        for (String line : output.lines().toList()) {
            String[] words = line.split(" ", 2);
            switch (words[0]) {
                case "row" -> row = Integer.parseInt(words[1]);
                case "out" -> said.add(MAPPER.readTree(words[1]));
                case "err" -> errors.add(words[1]);
                case "picture" -> picture = words[1];
                case "code" -> {
                    runs.put(row, new TruthRun(Integer.parseInt(words[1]), said, errors, picture));
                    said = new ArrayList<>();
                    errors = new ArrayList<>();
                    picture = "";
                }
                default -> throw new AssertionError("not a line of the script: " + line);
            }
        }
        return runs;
    }

    /** What came of it, in the words of the table's column QEMU: the one for which the row has an expectation. */
    String outcome(String expected) {
        String what = expected.split("[: ]", 2)[0];
        String outcome = switch (what) {
            case "refuses" -> code == 1 ? "refuses: " + lastError() : "starts, exit code " + code;
            case "answers" -> "answers: " + answer();
            case "aborts" -> code == ABORTED ? "aborts: " + lastError() : failure();
            case "fronts" -> starts() ? "fronts " + front() : failure();
            case "shows" -> starts() ? "shows " + shown() : failure();
            case "blocks" -> starts() ? "blocks: " + blockers() : failure();
            case "moves" -> starts() ? "moves " + saved() : failure();
            case "arrives" -> starts() && status().equals("completed") ? "arrives" : failure();
            default -> throw new IllegalStateException("no such outcome: " + expected);
        };
        return UUID.matcher(outcome).replaceAll("UUID");
    }

    /** Whether QEMU started and ended when it was told to. */
    boolean starts() {
        return code == 0;
    }

    /** What it complained of where it was expected to; empty where it was not. */
    String complaint(String expected) {
        return switch (expected.split("[: ]", 2)[0]) {
            case "refuses", "aborts" -> lastError();
            case "answers" -> answer();
            case "blocks" -> expected.endsWith("nothing") ? "" : blockers();
            default -> "";
        };
    }

    private String failure() {
        return "exit code " + code + ": " + lastError() + " " + said;
    }

    private String lastError() {
        return errors.isEmpty() ? "" : errors.getLast();
    }

    private String answer() {
        String refused = said.stream()
                .filter(message -> !message.has("id"))
                .map(message -> message.path("error").path("desc").asString(""))
                .filter(text -> !text.isEmpty())
                .findFirst()
                .orElse("");
        return refused.isEmpty() ? migration().path("error-desc").asString("") : refused;
    }

    private String shown() {
        String[] words = picture.split(" ", 3);
        return words.length < 3 ? "nothing" : words[0] + "x" + words[1];
    }

    /** Whether the picture is the one that mdpy has in it: from black above to white below. */
    boolean showsGradient() {
        String[] words = picture.split(" ", 3);
        return words[2].equals(gradient(Integer.parseInt(words[0]), Integer.parseInt(words[1])));
    }

    private static String gradient(int width, int height) {
        try {
            MessageDigest md5 = MessageDigest.getInstance("MD5");
            md5.update("P6\n%d %d\n255\n".formatted(width, height).getBytes(StandardCharsets.US_ASCII));
            byte[] row = new byte[3 * width];
            for (int y = 0; y < height; y++) {
                Arrays.fill(row, (byte) (y * 255 / height));
                md5.update(row);
            }
            return HexFormat.of().formatHex(md5.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private String blockers() {
        JsonNode reasons = reply("blockers").path("return").path("blocked-reasons");
        return reasons.isEmpty() ? "nothing" : reasons.get(0).asString();
    }

    private String front() {
        return reply("front").path("return").path("type").asString("nothing");
    }

    private String saved() {
        return migration().path("vfio").path("transferred").asString("nothing: " + answer());
    }

    private String status() {
        return migration().path("status").asString("none");
    }

    /** The last that was said of a migration. */
    private JsonNode migration() {
        return said.stream()
                .map(message -> message.path("return"))
                .filter(message -> message.has("status"))
                .reduce((_, last) -> last)
                .orElse(MAPPER.missingNode());
    }

    private JsonNode reply(String id) {
        return said.stream()
                .filter(message -> message.path("id").asString("").equals(id))
                .findFirst()
                .orElse(MAPPER.missingNode());
    }

    /** All that was said and written, for a failure's description. */
    String everything() {
        return String.join(
                "\n",
                Stream.concat(said.stream().map(JsonNode::toString), errors.stream())
                        .toList());
    }
}
