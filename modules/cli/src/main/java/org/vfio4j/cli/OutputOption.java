/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.util.function.Supplier;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** {@code -o}: a table for people, or the same as a document for scripts. */
final class OutputOption {
    /** The forms. */
    enum Form {
        TABLE,
        JSON,
        YAML
    }

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORM",
            defaultValue = "table",
            description = "table (for people), json or yaml (for scripts). Default: table.")
    private Form form = Form.TABLE;

    /** Prints the document or, for a table, lets {@code table} print itself. */
    void print(Terminal terminal, Supplier<? extends JsonNode> document, Runnable table) {
        switch (form) {
            case TABLE -> table.run();
            case JSON -> {
                ObjectMapper mapper = JsonMapper.builder()
                        .enable(SerializationFeature.INDENT_OUTPUT)
                        .build();
                terminal.out().println(mapper.writeValueAsString(document.get()));
            }
            case YAML -> terminal.out().print(YAMLMapper.builder().build().writeValueAsString(document.get()));
        }
    }
}
