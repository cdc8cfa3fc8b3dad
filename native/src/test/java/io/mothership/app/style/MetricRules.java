package io.mothership.app.style;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.FieldModel;
import java.lang.classfile.Instruction;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.constantpool.LoadableConstantEntry;
import java.lang.classfile.constantpool.MethodHandleEntry;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LoadInstruction;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Finds counters that nobody reads: a field of a counting type whose number no {@code
 * MetricsSource} reaches. Calls are followed by name and descriptor, whatever the class, so that
 * interfaces and lambdas are seen through; what only counts up does not read.
 */
final class MetricRules {
  private static final String PAGE = "Lio/mothership/metrics/MetricsText;";
  private static final Set<String> COUNTING =
      Set.of(
          "io/mothership/metrics/Counter",
          "io/mothership/metrics/Histogram",
          "java/util/concurrent/atomic/LongAdder");
  private static final Set<String> WRITING =
      Set.of("increment", "add", "record", "decrement", "<init>");

  private final Map<String, List<MethodModel>> methods = new HashMap<>();
  private final Set<String> counters = new TreeSet<>();
  private final Set<String> read = new HashSet<>();

  private MetricRules() {}

  /** The fields, as {@code Owner.name}, that no page of numbers shows. */
  static Set<String> unread(final Collection<byte[]> classFiles) {
    final MetricRules rules = new MetricRules();
    final Deque<MethodModel> open = new ArrayDeque<>();
    for (final byte[] classFile : classFiles) {
      final ClassModel model = ClassFile.of().parse(classFile);
      if (!COUNTING.contains(model.thisClass().asInternalName())) {
        rules.add(model, open);
      }
    }
    final Set<MethodModel> seen = new HashSet<>(open);
    while (!open.isEmpty()) {
      for (final MethodModel called : rules.follow(open.pop())) {
        if (seen.add(called)) {
          open.push(called);
        }
      }
    }
    rules.counters.removeAll(rules.read);
    return rules.counters;
  }

  private void add(final ClassModel model, final Deque<MethodModel> pages) {
    final String owner = model.thisClass().asInternalName();
    for (final FieldModel field : model.fields()) {
      if (isCounting(field.fieldType().stringValue())) {
        counters.add(owner + "." + field.fieldName().stringValue());
      }
    }
    for (final MethodModel method : model.methods()) {
      borrowed(method).forEach(counters::remove);
      final String type = method.methodType().stringValue();
      methods
          .computeIfAbsent(method.methodName().stringValue() + type, key -> new ArrayList<>())
          .add(method);
      if (type.substring(0, type.indexOf(')')).contains(PAGE)) {
        pages.add(method);
      }
    }
  }

  /** Fields that are given a counter from outside: whoever made it has to show it. */
  private static Set<String> borrowed(final MethodModel method) {
    final Set<String> fields = new HashSet<>();
    CodeElement before = null;
    for (final CodeElement element : method.code().map(CodeModel::elementList).orElse(List.of())) {
      if (element instanceof final FieldInstruction field
          && field.opcode() == Opcode.PUTFIELD
          && before instanceof LoadInstruction) {
        fields.add(field.owner().asInternalName() + "." + field.name().stringValue());
      }
      before = element instanceof Instruction ? element : before;
    }
    return fields;
  }

  /** Notes what a reachable method reads, and answers what it calls. */
  private List<MethodModel> follow(final MethodModel method) {
    final List<MethodModel> called = new ArrayList<>();
    final List<CodeElement> code = method.code().map(CodeModel::elementList).orElse(List.of());
    for (int i = 0; i < code.size(); i++) {
      switch (code.get(i)) {
        case final FieldInstruction field -> {
          if (isCounting(field.type().stringValue()) && !isWritten(code, i)) {
            read.add(field.owner().asInternalName() + "." + field.name().stringValue());
          }
        }
        case final InvokeInstruction invoke ->
            called.addAll(named(invoke.name().stringValue() + invoke.type().stringValue()));
        case final InvokeDynamicInstruction dynamic -> {
          for (final LoadableConstantEntry argument :
              dynamic.invokedynamic().bootstrap().arguments()) {
            if (argument instanceof final MethodHandleEntry handle) {
              called.addAll(
                  named(
                      handle.reference().name().stringValue()
                          + handle.reference().type().stringValue()));
            }
          }
        }
        default -> {}
      }
    }
    return called;
  }

  private List<MethodModel> named(final String nameAndType) {
    return methods.getOrDefault(nameAndType, List.of());
  }

  /** Whether the next thing that happens to the field's number is that it grows. */
  private static boolean isWritten(final List<CodeElement> code, final int at) {
    for (int i = at; i < code.size(); i++) {
      if (code.get(i) instanceof final InvokeInstruction invoke
          && COUNTING.contains(invoke.owner().asInternalName())) {
        return WRITING.contains(invoke.name().stringValue());
      }
    }
    return false;
  }

  private static boolean isCounting(final String type) {
    final String element = type.replaceFirst("^\\[+", "");
    return element.startsWith("L") && COUNTING.contains(element.substring(1, element.length() - 1));
  }
}
