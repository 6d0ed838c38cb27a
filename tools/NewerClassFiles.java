/* SPDX-License-Identifier: Apache-2.0 */
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.constant.ClassDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * {@code NewerClassFiles JAR...}: writes the class files of Java 5 and older in these jars anew, as those of Java 8, with the frames that those
 * have; nothing else of them changes. The JDK's AOT cache takes no older ones, so each start would read and verify them again. The result is
 * the same bytes every time.
 */
class NewerClassFiles {
    private static final int MAJOR = ClassFile.JAVA_8_VERSION;
    private static final LocalDateTime TIME = LocalDateTime.of(1980, 2, 1, 0, 0);

    private NewerClassFiles() {}

    public static void main(String[] args) throws IOException {
        for (String jar : args) {
            Path path = Path.of(jar);
            Files.write(path, newer(path));
        }
    }

    private static byte[] newer(Path path) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JarFile jar = new JarFile(path.toFile());
                ZipOutputStream out = new ZipOutputStream(bytes)) {
            ClassFile writer = ClassFile.of(
                    ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
                    ClassFile.ConstantPoolSharingOption.NEW_POOL, // or methods would be copied as they are
                    ClassFile.ClassHierarchyResolverOption.of(hierarchy(jar)));
            for (JarEntry entry : jar.stream().toList()) {
                ZipEntry copy = new ZipEntry(entry.getName());
                copy.setTimeLocal(TIME);
                out.putNextEntry(copy);
                try (InputStream in = jar.getInputStream(entry)) {
                    byte[] content = in.readAllBytes();
                    out.write(entry.getName().endsWith(".class") ? newer(content, writer) : content);
                }
            }
        }
        return bytes.toByteArray();
    }

    private static byte[] newer(byte[] content, ClassFile writer) {
        ClassModel model = writer.parse(content);
        if (model.majorVersion() >= MAJOR) {
            return content;
        }
        return writer.transformClass(
                model,
                ClassTransform.transformingMethodBodies(
                                CodeTransform.ofStateful(() -> (builder, element) -> builder.with(element)))
                        .andThen(ClassTransform.endHandler(builder -> builder.withVersion(MAJOR, 0))));
    }

    /** Which class is below which: of the jar's own, and of the JDK's. */
    private static ClassHierarchyResolver hierarchy(JarFile jar) {
        return ClassHierarchyResolver.ofResourceParsing((ClassDesc type) -> {
                    String name = type.descriptorString();
                    JarEntry entry = jar.getJarEntry(name.substring(1, name.length() - 1) + ".class");
                    try {
                        return entry == null ? null : jar.getInputStream(entry);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                })
                .orElse(ClassHierarchyResolver.defaultResolver());
    }
}
