/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vfio4j.linux.Errno;
import org.vfio4j.management.definition.Definition.Attribute;
import org.vfio4j.management.definition.Definition.Start;
import org.vfio4j.management.host.Finding;
import org.vfio4j.management.host.RefusedException;

class DefinitionsTest {
    private static final UUID FIRST = UUID.fromString("1f0f2d6a-0000-4000-8000-0000000000aa");
    private static final UUID SECOND = UUID.fromString("1f0f2d6a-0000-4000-8000-0000000000bb");

    @TempDir
    private Path temporary;

    private Definitions definitions = new Definitions(Path.of(""));

    @BeforeEach
    void folder() {
        definitions = new Definitions(temporary.resolve("state/mdevctl.d"));
    }

    private static Definition definition(UUID uuid, String parent, Attribute... attributes) {
        return new Definition(uuid, parent, "mtty-1", Start.AUTO, List.of(attributes));
    }

    private Path file(String parent, UUID uuid) {
        return definitions.folder().resolve(parent).resolve(uuid.toString());
    }

    @Test
    void writesWhatMdevctlWrites() throws IOException {
        definitions.define(definition(FIRST, "mtty"));

        assertThat(file("mtty", FIRST))
                .hasContent("{\n  \"mdev_type\": \"mtty-1\",\n  \"start\": \"auto\",\n  \"attrs\": []\n}\n");
        assertThat(definitions.folder().resolve("mtty").toFile().list()).hasSize(1);
    }

    @Test
    void readsBackWhatItWroteByParentAndUuid() {
        Definition second = definition(SECOND, "mtty", new Attribute("vendor/a", "1 \"2\"\n"), new Attribute("b", ""));
        definitions.define(second);
        definitions.define(definition(FIRST, "mtty"));
        definitions.define(definition(FIRST, "mdpy"));

        assertThat(definitions.list().definitions())
                .containsExactly(definition(FIRST, "mdpy"), definition(FIRST, "mtty"), second);
        assertThat(definitions.list().findings()).isEmpty();
        assertThat(definitions.find(SECOND, Optional.empty())).contains(second);
        assertThat(definitions.find(SECOND, Optional.of("mdpy"))).isEmpty();
    }

    @Test
    void readsWhatMdevctlLeavesOut() throws IOException {
        Files.createDirectories(file("mtty", FIRST).getParent());
        Files.writeString(file("mtty", FIRST), "{\"mdev_type\":\"mtty-2\"}");

        assertThat(definitions.find(FIRST, Optional.empty()))
                .contains(new Definition(FIRST, "mtty", "mtty-2", Start.MANUAL, List.of()));
    }

    @Test
    void aFolderThatIsNotThereHasNone() {
        assertThat(definitions.list()).isEqualTo(new Definitions.Listing(List.of(), List.of()));
        assertThat(definitions.find(FIRST, Optional.empty())).isEmpty();
    }

    @Test
    void oneUuidAtSeveralParentsMustBeNamedWithItsParent() {
        definitions.define(definition(FIRST, "mtty"));
        definitions.define(definition(FIRST, "mdpy"));

        assertThatThrownBy(() -> definitions.find(FIRST, Optional.empty()))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("mdpy, mtty");
        assertThat(definitions.find(FIRST, Optional.of("mdpy"))).isPresent();
    }

    @Test
    void whatIsThereIsNotDefinedTwiceAndWhatIsNotIsNeitherChangedNorTakenAway() {
        Definition definition = definition(FIRST, "mtty");
        assertRefused(Errno.ENOENT, () -> definitions.replace(definition));
        assertRefused(Errno.ENOENT, () -> definitions.undefine(definition));
        definitions.define(definition);
        assertRefused(Errno.EEXIST, () -> definitions.define(definition));

        definitions.undefine(definition);

        assertThat(definitions.list().definitions()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "..", ".hidden", "a/b", "a b", "\u0007", "\u00e9"})
    void aNameThatLeavesTheFolderIsRefused(String name) {
        assertRefused(Errno.EINVAL, () -> new Definition(FIRST, name, "t", Start.AUTO, List.of()));
        assertRefused(Errno.EINVAL, () -> new Definition(FIRST, "p", name, Start.AUTO, List.of()));
        if (!name.equals("a/b")) {
            assertRefused(Errno.EINVAL, () -> new Attribute(name, "v"));
        }
        assertRefused(Errno.EINVAL, () -> new Attribute("vendor/../../remove", "1"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"mdev_type\":1}",
                "{\"mdev_type\":\"../x\"}",
                "{\"mdev_type\":\"t\",\"start\":\"often\"}",
                "{\"mdev_type\":\"t\",\"attrs\":{}}",
                "{\"mdev_type\":\"t\",\"attrs\":[{\"a\":\"1\",\"b\":\"2\"}]}",
                "{\"mdev_type\":\"t\",\"attrs\":[{\"../a\":\"1\"}]}",
                "{\"mdev_type\":\"t\"} {",
            })
    void whatIsNoDefinitionIsAFindingAndStays(String content) throws IOException {
        definitions.define(definition(SECOND, "mtty"));
        Files.writeString(file("mtty", FIRST), content);

        Definitions.Listing listing = definitions.list();

        assertThat(listing.definitions()).containsExactly(definition(SECOND, "mtty"));
        assertThat(listing.findings())
                .singleElement()
                .extracting(Finding::id, Finding::subject)
                .containsExactly("definition-broken", file("mtty", FIRST).toString());
        assertThat(file("mtty", FIRST)).hasContent(content);
    }

    @Test
    void strangeEntriesAreFindings() throws IOException {
        definitions.define(definition(SECOND, "mtty"));
        Path parent = definitions.folder().resolve("mtty");
        Files.writeString(definitions.folder().resolve("file"), "");
        Files.writeString(parent.resolve("no-uuid"), "{}");
        Files.createDirectory(parent.resolve(FIRST.toString()));
        Files.createSymbolicLink(parent.resolve("1f0f2d6a-0000-4000-8000-0000000000cc"), Path.of(SECOND.toString()));
        Files.write(parent.resolve("1f0f2d6a-0000-4000-8000-0000000000dd"), new byte[Definition.MAX_BYTES + 1]);

        assertThat(definitions.list().definitions()).hasSize(1);
        assertThat(definitions.list().findings())
                .hasSize(5)
                .allMatch(f -> !f.remedy().isEmpty());
    }

    @Test
    void whatAKilledProcessLeftAsideIsNoDefinitionAndIsCleanedAway() throws IOException {
        definitions.define(definition(FIRST, "mtty"));
        Path aside = definitions.folder().resolve("mtty/.vfio4j-0");
        Files.writeString(aside, "half");
        assertThat(definitions.list().findings()).isEmpty();

        definitions.prepare();

        assertThat(aside).doesNotExist();
        assertThat(definitions.list().definitions()).hasSize(1);
    }

    private static void assertRefused(int errno, Runnable change) {
        assertThatThrownBy(change::run)
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.errno()).isEqualTo(errno));
    }
}
