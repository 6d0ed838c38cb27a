/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.common;

import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** {@code -o}: a table for people, or the same as a document for scripts. */
public final class OutputOption {
    private static final String NAME = "--output";
    private static final List<String> FORMS = List.of("table", "json", "yaml");

    private OutputOption() {}

    public static OptionSpec spec() {
        return Options.value("FORM", "table for people (default), json or yaml for scripts", "-o", NAME)
                .completionCandidates(FORMS)
                .build();
    }

    /** The form that was named. A command asks for it before it does anything else. */
    public static Form of(ParseResult line) {
        String word = line.matchedOptionValue(NAME, FORMS.getFirst());
        return switch (word.toLowerCase(Locale.ROOT)) {
            case "table" -> Form.TABLE;
            case "json" -> Form.JSON;
            case "yaml" -> Form.YAML;
            default -> throw new CommandException(ExitCode.USAGE, "-o is table, json or yaml, not " + word, "");
        };
    }

    /** How to print. */
    public enum Form {
        TABLE,
        JSON,
        YAML;

        /** Prints the document or, for a table, lets {@code table} print itself. */
        public void print(Terminal terminal, Supplier<? extends JsonNode> document, Runnable table) {
            switch (this) {
                case TABLE -> table.run();
                case JSON -> terminal.out().println(json(document.get()));
                case YAML -> terminal.out().print(YAMLMapper.builder().build().writeValueAsString(document.get()));
            }
        }
    }

    public static String json(JsonNode document) {
        return JsonMapper.builder()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .build()
                .writeValueAsString(document);
    }
}
